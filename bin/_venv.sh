# Shared by bin/run and bin/test: finds Python, makes .venv and installs a lock into it.
# Every failure is one sentence on stderr.

fail() {
    printf '%s\n' "$1" >&2
    exit 1
}

is_new_enough() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

find_python() {
    if [ -n "${PYTHON:-}" ]; then
        command -v "$PYTHON" >/dev/null || fail "PYTHON is '$PYTHON', but there is no such program; name a Python of version 3.11 or newer."
        is_new_enough "$PYTHON" || fail "PYTHON is '$PYTHON', but that is older than Python 3.11; name a newer one."
        return
    fi
    for PYTHON in python3.13 python3.12 python3.11 python3; do
        if command -v "$PYTHON" >/dev/null && is_new_enough "$PYTHON"; then
            return
        fi
    done
    fail "Python 3.11 or newer was not found; install it (Debian: apt install python3 python3-venv) or set PYTHON to where it is."
}

check_parts_of_python() {
    local version
    version="$("$PYTHON" -c 'import sys; print("%d.%d" % sys.version_info[:2])')"
    for module in venv ensurepip; do
        "$PYTHON" -c "import $module" 2>/dev/null ||
            fail "Python's module $module is missing; install it (Debian: apt install python$version-venv) and start again."
    done
}

is_whole_venv() {
    is_new_enough .venv/bin/python && .venv/bin/python -c 'import pip' 2>/dev/null
}

make_venv() {
    [ -w . ] || fail "The folder $PWD cannot be written to; use a copy of the project that belongs to you."
    if [ -n "${PYTHON:-}" ]; then
        find_python
    fi
    is_whole_venv && return
    find_python
    check_parts_of_python
    echo "Making .venv with $("$PYTHON" --version) ..."
    "$PYTHON" -m venv --clear .venv || fail "The folder .venv could not be made; the lines above say why."
    is_whole_venv || fail "Python's pip is missing in .venv; install it (Debian: apt install python3-pip python3-venv) and start again."
}

# install_lock LOCK STAMP: installs unless the stamp already carries the lock's checksum.
# The stamp is removed first, so that an interrupted installation is done again.
install_lock() {
    local wanted
    wanted="$(.venv/bin/python -c 'import hashlib, sys; print(hashlib.sha256(open(sys.argv[1], "rb").read()).hexdigest())' "$1")"
    [ "$(cat "$2" 2>/dev/null)" = "$wanted" ] && return
    rm -f "$2"
    echo "Installing the packages of $1 (the first time this takes about half a minute) ..."
    .venv/bin/python -m pip install -qq --disable-pip-version-check --no-input --require-hashes -r "$1" ||
        fail "The packages of $1 could not be installed; the lines above say why."
    echo "$wanted" >"$2"
}
