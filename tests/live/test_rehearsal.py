"""The tests that ops write, and the paths that the explorer finds, hold of real calls too."""

import re
import subprocess

from ivr.book.cases import case_files, read_cases
from tests.live.containers import run
from tests.live.rehearsal import CASES, SAMPLE, chosen, sample, written
from tests.live.stack import ROOT

PLACE = "/var/lib/ivr/rehearsal.yaml"


def test_cases_of_the_book_and_paths_of_the_explorer_hold_of_real_calls(stack, tmp_path):
    """One run of `ivr test --live` in the controller: what was heard, who answered, what was charged, and each step."""
    stack.quiet()
    cases = read_cases(stack.book, ROOT, case_files(ROOT))
    paths = [written(path, place) for place, path in enumerate(sample(stack.book), start=1)]
    file = tmp_path / "rehearsal.yaml"
    file.write_text("\n".join([*chosen(cases), *paths]), encoding="utf-8")
    controller = stack.container("controller")
    with file.open("rb") as text:
        subprocess.run(["docker", "exec", "-i", controller, "sh", "-c", f"cat > {PLACE}"], stdin=text, check=True)
    said = subprocess.run(
        ["docker", "exec", controller, "ivr", "test", "--live", PLACE],
        capture_output=True, text=True, timeout=240, check=False,
    )  # fmt: skip
    run("docker", "exec", controller, "rm", PLACE)

    assert said.returncode == 0, said.stdout + said.stderr
    assert len(re.findall(r"^ok ", said.stdout, re.MULTILINE)) == len(CASES) + SAMPLE, said.stdout
    assert f"{len(CASES) + SAMPLE} cases called, none failed, 0 not run" in said.stdout
