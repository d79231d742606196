# shellcheck shell=bash
# Base images, with or without a registry, and the two images of the project.

# The indexes of a frozen mirror are past their date; this file remembers that this machine has such a mirror.
frozen_mirror=$here/.cache/frozen-mirror

check_valid_until() { if [ -e "$frozen_mirror" ]; then echo false; else echo true; fi; }

# retry_frozen TITLE LOG COMMAND…: like must, and once more without the check of dates if that was what failed
retry_frozen() {
    if step "$@"; then return; fi
    if [ ! -e "$frozen_mirror" ] && grep -Eq 'Release file .* is (expired|not valid)' "$2"; then
        say "  The package mirror of this machine is a frozen copy, past its own date; its signatures are still checked."
        touch "$frozen_mirror"
        must "$@"
        return
    fi
    printf '  ---- the end of %s\n' "$2" >&2
    tail -n 25 "$2" | sed 's/^/  | /' >&2
    die "'$1' failed; the whole story is in $2"
}

base_image() { # base_image SUITE: ivr-base:SUITE, from a registry or made here
    local suite=$1 log=$cache/base-$1.log
    if [ -z "${fresh:-}" ] && docker image inspect "ivr-base:$suite" >/dev/null 2>&1; then return; fi
    if step "fetching debian:$suite-slim" "$log" timeout 60 docker pull "debian:$suite-slim"; then
        docker tag "debian:$suite-slim" "ivr-base:$suite"
        return
    fi
    if ! command -v mmdebstrap >/dev/null; then
        can_install || die "no image registry answers; to make the base image here, install mmdebstrap"
        must 'no registry answers: installing mmdebstrap' "$cache/mmdebstrap.log" install_mmdebstrap
    fi
    retry_frozen "no registry answers: making the base of $suite here" "$log" make_base "$suite"
}

install_mmdebstrap() {
    export DEBIAN_FRONTEND=noninteractive
    apt-get -q update && apt-get -q -y --no-install-recommends install mmdebstrap
}

make_base() { # like Debian's own slim images: no manuals, no translations; named only once it is whole
    local made
    made=$(set -o pipefail; mmdebstrap --variant=minbase \
        --aptopt="Acquire::Check-Valid-Until \"$(check_valid_until)\"" \
        --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-include=/usr/share/doc/*/copyright' \
        --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/info/*' \
        --dpkgopt='path-exclude=/usr/share/locale/*' \
        --customize-hook='rm -f "$1/etc/apt/apt.conf.d/99mmdebstrap"' \
        "$1" - | docker import -) &&
        docker tag "$made" "ivr-base:$1"
}

build() { # build NAME CONTEXT [ARGUMENT…]: ivr-NAME:TAG, with the classic builder where there is no buildx
    local arguments=(--build-arg "CHECK_VALID_UNTIL=$(check_valid_until)") name
    for name in http_proxy https_proxy no_proxy HTTP_PROXY HTTPS_PROXY NO_PROXY; do
        [ -z "${!name:-}" ] || arguments+=(--build-arg "$name=${!name}")
    done
    [ -z "${fresh:-}" ] || arguments+=(--no-cache)
    if docker buildx version >/dev/null 2>&1; then
        export DOCKER_BUILDKIT=1 BUILDX_BUILDER=default
    else
        export DOCKER_BUILDKIT=0
        arguments+=(--force-rm)
    fi
    # On the host's network: name servers and proxies that listen on loopback are reached too.
    docker build --network host "${arguments[@]}" "${@:3}" -t "ivr-$1:$IVR_TAG" "$2"
}

controller_context() { # the files of the controller image, and what pip needs here to reach its index
    local context=$cache/controller bundle name
    rm -rf "$context"
    mkdir -p "$context/pip"
    cp "$here"/controller/* "$root/pyproject.toml" "$context/"
    (cd "$root" && find ivr -type f ! -path '*/__pycache__/*' -print0 | tar -c --null -T -) | tar -x -C "$context"
    for name in PIP_INDEX_URL PIP_TRUSTED_HOST PIP_DEFAULT_TIMEOUT; do
        [ -z "${!name:-}" ] || printf '%s=%q\n' "$name" "${!name}"
    done >"$context/pip/environment"
    bundle=${PIP_CERT:-${SSL_CERT_FILE:-/etc/ssl/certs/ca-certificates.crt}}
    if [ -r "$bundle" ]; then
        cp "$bundle" "$context/pip/certificates.crt"
        echo 'PIP_CERT=/etc/pip/certificates.crt' >>"$context/pip/environment"
    fi
}

images() {
    base_image forky
    base_image bookworm
    retry_frozen 'building the Asterisk image' "$cache/build-asterisk.log" build asterisk "$here/asterisk"
    controller_context
    retry_frozen 'building the controller image' "$cache/build-controller.log" build controller "$cache/controller" \
        --build-arg "EXTRAS=${IVR_EXTRAS:-phone}"
    say "  the voice: $(speech_engine)"
}

speech_engine() {
    docker run --rm --network none "ivr-controller:$IVR_TAG" sh -c 'command -v pico2wave || command -v espeak-ng' |
        sed 's,.*/,,'
}
