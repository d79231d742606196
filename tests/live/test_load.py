"""Many at once: ten callers in the same second, while one more uses his menu."""

import re
import subprocess

from ivr.phone.events import first


def test_ten_callers_at_once_do_not_hinder_another(stack, tmp_path):
    """All are answered and leave nothing behind; whoever presses a key meanwhile is served as ever."""
    stack.quiet()
    before, ended = stack.descriptors(), stack.health()["endings"]
    other = stack.call("0800000001", "2@+4", hang_up_after=14.0)
    other.saw("answered")
    load = subprocess.run(
        ["sipp", "-sn", "uac", "-s", "0800000001", "-d", "5000", "-m", "10", "-r", "10", "-l", "10", "-i", "127.0.0.1",
         "-mi", "127.0.0.1", "-timeout", "30", "-trace_err", "-nostdin",
         f"127.0.0.1:{stack.settings.sip_port}"],
        cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    report = other.report

    assert load.returncode == 0, load.stdout[-3000:]
    assert re.search(r"Successful call .*\|\s+10\s*$", load.stdout, re.MULTILINE), load.stdout[-3000:]
    stack.quiet()
    assert stack.health()["endings"].get("caller", 0) == ended.get("caller", 0) + 11
    assert stack.descriptors()[1] <= before[1]
    key = first(report.events, "key")
    assert key is not None
    steps = stack.call_record(other)["steps"]
    assert steps[:3] == ["hours:open", "welcome:done", "menu:2"]
    warranty = [one for one in stack.heard(other, "warranty").heard if one.name == "warranty"]
    assert warranty
    assert warranty[0].start < key.t + 1.0
