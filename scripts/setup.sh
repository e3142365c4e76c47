# shellcheck shell=sh
# Sourced by train, test and check. It sets $root and $python; `prepare` and `prepare test` make .venv
# hold the package, or the package and all that its tests need. Nothing happens where it already does.

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd -P)
venv=$root/.venv
python=$venv/bin/python
torch_index=https://download.pytorch.org/whl/cpu

prepare() {
    extra=${1:-}
    wanted="$(cat "$root/pyproject.toml" "$root/constraints.txt" | cksum) $root"
    if up_to_date; then return; fi
    find_python
    [ -w "$root/constraints.txt" ] || fail "$root is not yours to write in: clone the repository into a folder of your own." \
        "Usted no puede escribir en $root: clone el repositorio en una carpeta propia."
    exec 9<>"$root/constraints.txt" # the lock: one installation at a time; it ends with its last process
    lock LOCK_NB || {
        say "Another installation is at work; waiting for it …" \
            "Hay otra instalación en curso; se espera a que termine …"
        lock LOCK_EX || :
    }
    up_to_date || install
    exec 9<&-
}

# The stamp holds the checksum of what was asked for and the place: a moved repository is installed again.
up_to_date() {
    [ -x "$python" ] && [ -e "$venv/installed${extra:+-$extra}" ] &&
        [ "$(cat "$venv/installed${extra:+-$extra}")" = "$wanted" ]
}

# Sets $base, the real path of a Python that can make .venv: no name that an upgrade gives to another version.
find_python() {
    old=
    bare=
    for candidate in python3 python3.13 python3.12 python3.11 python "$python"; do
        base=$("$candidate" -c 'import os, sys; print(os.path.realpath(sys.executable))' 2>/dev/null) || continue
        if ! "$base" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
            old=${old:-$("$base" -c 'import sys; print("%d.%d" % sys.version_info[:2])')}
        elif ! "$base" -c 'import ensurepip, venv' 2>/dev/null; then
            bare=${bare:-$base}
        else
            return 0
        fi
    done
    if [ -n "$bare" ]; then
        fail "$bare cannot make virtual environments: its modules venv and ensurepip are missing. On Debian and Ubuntu: sudo apt install python3-venv" \
            "$bare no puede crear entornos virtuales: le faltan los módulos venv y ensurepip. En Debian y Ubuntu: sudo apt install python3-venv"
    fi
    fail "gradiente needs Python 3.11 or newer and found ${old:-none}: install one from https://www.python.org/downloads/ and run this again." \
        "gradiente necesita Python 3.11 o posterior y encontró ${old:-ninguno}: instálelo desde https://www.python.org/downloads/ y repita la orden."
}

lock() {
    "$base" -c "import fcntl; fcntl.flock(0, fcntl.LOCK_EX | fcntl.$1)" <&9 2>/dev/null
}

install() {
    say "Installing gradiente${extra:+ and what its tests need} into $venv …" \
        "Instalando gradiente${extra:+ y lo que sus pruebas necesitan} en $venv …"
    rm -f "$venv/installed" "$venv/installed-test"
    if [ -z "$extra" ]; then
        set --
    elif answers "$torch_index/torch/"; then
        set -- --extra-index-url "$torch_index"
    else
        set --
        say "$torch_index does not answer: PyTorch comes from pip's own index." \
            "$torch_index no responde: PyTorch se toma del índice propio de pip."
    fi
    trap 'exit 130' INT # pip takes Ctrl-C for an ordinary failure; this leaves `unfinished` behind
    output=$({ make_environment && install_package "$@"; } 2>&1) || {
        rm -f "$venv/unfinished"
        printf '%s\n' "$output" >&2
        fail "The installation failed; pip says why above. Nothing is half-made: mend the cause and run this again." \
            "La instalación falló; arriba pip dice por qué. Nada quedó a medias: corrija la causa y repita la orden."
    }
    trap - INT
    rm -f "$venv/unfinished"
    printf '%s\n' "$wanted" >"$venv/installed"
    if [ -n "$extra" ]; then printf '%s\n' "$wanted" >"$venv/installed-$extra"; fi
}

# An environment that a killed installation left unfinished is made anew, and so is one without its Python.
make_environment() {
    if [ -e "$venv/unfinished" ] || ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
        "$base" -m venv --clear --without-pip "$venv" || return
    fi
    : >"$venv/unfinished"
    "$python" -c 'import pip' || "$python" -m ensurepip --default-pip
}

install_package() (
    cd "$root" &&
        "$python" -m pip install --quiet --no-input --disable-pip-version-check \
            --constraint constraints.txt "$@" --editable ".[compiled${extra:+,$extra}]" &&
        # Where Python may not write bytecode by itself, every start would compile the package again.
        "$python" -m compileall -q src
)

# Ten seconds at most, whatever it is that keeps silent; pip would try again and again for every package.
answers() {
    "$base" -c 'import signal, sys, urllib.request
signal.alarm(10)
urllib.request.urlopen(sys.argv[1]).close()' "$1" 2>/dev/null
}

lint_and_types() {
    step ruff check
    "$python" -m ruff check
    step ruff format --check
    "$python" -m ruff format --check
    step basedpyright
    "$python" -m basedpyright --pythonpath "$python" --threads 2
}

step() {
    printf '\n== %s\n' "$*"
}

say() { # english, español
    case ${GRADIENTE_LANG:-${LC_ALL:-${LC_MESSAGES:-${LANG:-}}}} in
    [eE][sS]*) printf '%s\n' "$2" ;;
    *) printf '%s\n' "$1" ;;
    esac >&2
}

fail() {
    say "$@"
    exit 1
}
