# shellcheck shell=bash
# What docker/up, docker/down and docker/ivr have in common: settings, words to the user, compose.

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(dirname "$here")

settings() { # every setting has a default; a second stack beside the first sets its own
    : "${IVR_PROJECT:=ivr}" "${IVR_TAG:=$IVR_PROJECT}"
    : "${IVR_HOST:=}" "${IVR_SIP_PORT:=5060}" "${IVR_SIP_BIND:=0.0.0.0}" "${IVR_RTP_START:=10000}" "${IVR_RTP_END:=10399}"
    : "${IVR_AGI_PORT:=4573}" "${IVR_AMI_PORT:=5038}" "${IVR_HTTP_PORT:=8573}"
    : "${IVR_MAX_CALLS:=100}" "${IVR_DRAIN:=10}" "${IVR_KEEP_DAYS:=0}" "${IVR_TEST_CLOCK:=}" "${IVR_BOOK_DIR:=$root}"
    # A stack for tests hands its e-mails to this machine.
    [ -z "$IVR_TEST_CLOCK" ] || : "${IVR_MAIL_SERVER:=127.0.0.1:$((IVR_HTTP_PORT + 1000))}" "${IVR_MAIL_SECURITY:=none}" \
        "${IVR_MAIL_FROM:=ivr@chaleur.example}"
    : "${IVR_MAIL_SERVER:=}" "${IVR_MAIL_SECURITY:=}" "${IVR_MAIL_USER:=}" "${IVR_MAIL_FROM:=}"
    : "${IVR_BOOK_DIGEST:=none}" "${IVR_CONFIGURATION_DIGEST:=none}"
    export IVR_PROJECT IVR_TAG IVR_HOST IVR_SIP_PORT IVR_SIP_BIND IVR_RTP_START IVR_RTP_END IVR_AGI_PORT IVR_AMI_PORT \
        IVR_HTTP_PORT IVR_MAX_CALLS IVR_DRAIN IVR_KEEP_DAYS IVR_TEST_CLOCK IVR_BOOK_DIR IVR_BOOK_DIGEST IVR_CONFIGURATION_DIGEST \
        IVR_MAIL_SERVER IVR_MAIL_SECURITY IVR_MAIL_USER IVR_MAIL_FROM
    IVR_BOOK_DIR=$(cd "$IVR_BOOK_DIR" && pwd) || die "the book directory $IVR_BOOK_DIR is not there"
    [[ $IVR_PROJECT =~ ^[a-z0-9][a-z0-9_-]*$ ]] || die "project '$IVR_PROJECT': use small letters, digits, - and _"
    cache=$here/.cache/$IVR_TAG # of the images, which stacks may share
    own=$here/.cache/$IVR_PROJECT
    mkdir -p "$cache" "$own"
}

say() { printf '%s\n' "$*"; }

die() {
    printf '%s: %s\n' "docker/$(basename "$0")" "$*" >&2
    exit 1
}

# step TITLE LOG COMMAND…: one line with the seconds it took; the output goes to the log, its end is shown on failure
step() {
    local title=$1 log=$2 began=$SECONDS ticks=0 pid
    shift 2
    printf '  %s ' "$title"
    "$@" >"$log" 2>&1 &
    pid=$!
    while kill -0 "$pid" 2>/dev/null; do
        sleep 0.2
        ticks=$((ticks + 1))
        ((ticks % 15)) || printf '.'
    done
    if wait "$pid"; then
        printf ' %d s\n' $((SECONDS - began))
    else
        printf ' failed after %d s\n' $((SECONDS - began))
        return 1
    fi
}

# must TITLE LOG COMMAND…: a step without which there is no going on
must() {
    step "$@" && return
    printf '  ---- the end of %s\n' "$2" >&2
    tail -n 25 "$2" | sed 's/^/  | /' >&2
    die "'$1' failed; the whole story is in $2"
}

compose() { # docker compose v2, or docker-compose 1.29
    if docker compose version >/dev/null 2>&1; then
        docker compose -p "$IVR_PROJECT" -f "$here/compose.yaml" "$@"
    else
        docker-compose -p "$IVR_PROJECT" -f "$here/compose.yaml" "$@"
    fi
}

container() { # container SERVICE: the id of this project's running container, empty if there is none
    docker ps -q --filter "label=com.docker.compose.project=$IVR_PROJECT" \
        --filter "label=com.docker.compose.service=$1" --filter label=com.docker.compose.oneoff=False | head -n 1
}
