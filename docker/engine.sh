# shellcheck shell=bash
# Finds a Docker engine, or installs and starts Debian's.

engine_answers() { docker info >/dev/null 2>&1; }

compose_there() { docker compose version >/dev/null 2>&1 || command -v docker-compose >/dev/null; }

can_install() {
    [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null &&
        grep -Eqs '^ID(_LIKE)?=.*(debian|ubuntu)' /etc/os-release
}

engine() {
    if ! command -v docker >/dev/null || ! compose_there; then
        can_install || die "Docker or its compose command is missing: install the packages docker.io and docker-compose" \
            "(Debian, Ubuntu) or Docker Desktop, or run this as root on Debian or Ubuntu and it will do so"
        say "Docker is not here: installing Debian's packages docker.io and docker-compose"
        must 'installing Docker' "$cache/engine.log" install_engine
    fi
    engine_answers && return
    if command -v dockerd >/dev/null && [ "$(id -u)" = 0 ]; then
        start_engine
    elif [ -S /var/run/docker.sock ]; then
        die "you may not use the Docker engine of this machine: add yourself to the group docker, or run this as root"
    else
        die "the Docker engine is not running: start it (on Linux, as root: systemctl start docker) and run this again"
    fi
}

install_engine() {
    export DEBIAN_FRONTEND=noninteractive
    apt-get -q update || return 1
    local packages=(iptables ca-certificates)
    command -v dockerd >/dev/null || packages+=(docker.io)
    # Newer releases have the client apart, and compose v2 under a name of its own.
    command -v docker >/dev/null || ! apt_has docker-cli || packages+=(docker-cli)
    if ! compose_there; then
        if apt_has docker-compose-v2; then packages+=(docker-compose-v2); else packages+=(docker-compose); fi
    fi
    apt-get -q -y --no-install-recommends install "${packages[@]}"
}

apt_has() { [ -n "$(apt-cache search --names-only "^$1\$")" ]; }

start_engine() {
    local log=/var/log/dockerd.log
    if [ -d /run/systemd/system ]; then
        say 'Starting the Docker engine (systemctl start docker)'
        systemctl start docker || die "the Docker engine does not start: see journalctl -u docker"
    else
        say "Starting the Docker engine in the background (its log: $log)"
        setsid nohup dockerd >>"$log" 2>&1 </dev/null &
    fi
    local tries=0
    until engine_answers; do
        tries=$((tries + 1))
        if [ "$tries" -ge 150 ]; then
            tail -n 15 "$log" 2>/dev/null | sed 's/^/  | /' >&2
            die "the Docker engine did not answer within 30 s; the reason should be in $log"
        fi
        sleep 0.2
    done
}
