"""What each page needs before its commands are run, and what is put in the place of what is a reader's to fill in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Stage:
    """A page of which tests/docs runs the commands, in a directory that looks like a clone with its cluster running."""

    page: str
    before: tuple[str, ...] = ()
    """Commands that come first."""
    values: Mapping[str, str] = field(default_factory=dict)
    """Texts in its commands and what they are replaced by, one after the other: a shell evaluates these."""
    answers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """What is typed where a command asks, by its beginning."""
    after: tuple[str, ...] = ()
    """Commands that come last."""
    other_machine: bool = False
    """Whether they are run by a user, in a directory, that have nothing of the cluster's."""


def first(names: str, command: str) -> str:
    """The first value of that name in the JSON that the command shows, as soon as there is one."""
    found = rf"""zato {command} --json | sed -nE 's/.*"{names}": "?([^",]+).*/\1/p' | head -n 1 | grep ."""
    return f"$(for _ in $(seq 50); do {found} && break; sleep 0.2; done)"


def wait_until(condition: str) -> str:
    """A command that returns when that one goes well, or after ten seconds."""
    return f"for _ in $(seq 100); do {condition} && break; sleep 0.1; done"


def file(name: str, *lines: str) -> str:
    """A command that writes it."""
    return f"cat >{name} <<'END'\n" + "\n".join(lines) + "\nEND"


_SERVICE = ("from zato.server.service import NotFound, Service", "")
_REFUSES = ("    def handle(self):", "        raise NotFound('There is none.')")
_KEEPS = ("    def handle(self):", "        self.response.payload = {'kept': True}")
# What an export with placeholders wants: all of it is made up
_VALUES = (
    "import os, re",
    "os.umask(0o077)",
    "file = open('live.env', 'w')",
    "known = {'ADDRESS': 'https://localhost:11223/zato/ping', 'URL': 'sqlite:///live.sqlite', 'HOST': 'localhost'}",
    "for name in sorted(set(re.findall(r'(?<![$])[$][{](\\w+)[}]', open('zato.yaml').read()))):",
    "    value = known.get(name.rpartition('_')[2], 'a-long-secret-of-' + name)",
    "    print(f'{name}={value}', file=file)",
)
_APPLIANCE = {"/etc/zato/pki/": ".zato/pki/"}
_FROM_CLONE = 'cd "$CLONE" && '


def _login(password: str) -> str:
    return f"zato login https://localhost:11223 --user jane --password-file <(echo '{password}')"


ALONE = (
    Stage("HACKING.md", before=("mkdir -p docs etc/zato",)),
    Stage("README.md"),
    Stage("docs/tutorial.md"),
    Stage("examples/countries/README.md"),
    Stage(
        "docs/service-api.md",
        values={"postgresql+psycopg2://tester:secret@localhost/stock_test": "sqlite:///stock.db"},
    ),
    Stage(
        "docs/outgoing-connections.md",
        before=(
            "zato config set outgoing-rest Supplier address=https://localhost:11223/stock"
            ' ca_certificate="$(cat .zato/pki/ca.crt)" ping_path=/zato/ping',
        ),
    ),
    Stage(
        "docs/paths.md",
        before=("zato config set channel-rest orders service=shop.place-order path=/paths/orders",),
    ),
    Stage(
        "docs/hot-deployment.md",
        before=(
            file("orders.py", *_SERVICE, "class New(Service):", *_REFUSES),
            file("prices.py", *_SERVICE, "class All(Service):", *_REFUSES),
            "zato service deploy orders.py prices.py",
            file("levels.py", *_SERVICE, "class Get(Service):", *_REFUSES),
            "zato service deploy levels.py && echo >>levels.py && zato service deploy levels.py",
        ),
        values={
            "rollback NAME.py --to ID": f"rollback levels.py --to {first('id', 'service versions levels.py')}",
            "zato service source NAME": "zato service source levels.get",
            "zato packages install NAME": "zato packages install toposort",
            "zato packages discard FILE": "zato packages discard toposort-1.10-py3-none-any.whl",
        },
        after=("zato packages remove toposort",),
    ),
    Stage("docs/broker.md"),
    Stage(
        "docs/edge.md",
        before=(
            "mkdir -p .zato/lighttpd && echo '# of ours' >.zato/lighttpd/own.conf",
            wait_until("grep -rls 'of ours' .zato/lighttpd-1 | grep -q good"),
        ),
        after=("rm .zato/lighttpd/own.conf",),
    ),
    Stage(
        "docs/observing.md",
        values={
            "zato log -f": "timeout -s INT 2 zato log -f",
            "/usr/share/zato/monitoring /etc/prometheus/zato": "examples/monitoring prometheus",
        },
    ),
    Stage(
        "examples/monitoring/README.md",
        before=("mkdir -p prometheus && cp examples/monitoring/* prometheus", "zato user delete prometheus || true"),
        values={
            **_APPLIANCE,
            "zato-ca.crt": "prometheus/zato-ca.crt",
            "prometheus --config.file=prometheus.yml": "cd prometheus && touch zato-password &&"
            " timeout -s INT 3 prometheus --config.file=prometheus.yml --web.listen-address=127.0.0.1:0",
        },
    ),
)
"""In a cluster as `make run` starts it."""

_SELF_SIGNED = (
    "openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=zato.example.com -days 30"
    " -addext subjectAltName=DNS:zato.example.com -keyout public.key -out public.crt 2>/dev/null"
)
_BEFORE_NOW = "$(( " + first("revision", "config history --limit 1") + " - 1 ))"
_DEAD = first("id", "message list")

TOGETHER = (
    Stage(
        "docs/load-balancer.md",
        before=(
            "zato config set channel-rest customers.get service=countries.get path=/customers/{code}",
            "zato config set security-api-key web-shop key=a-long-secret-for-the-web-shop",
            "zato config set server server-3 active=false",
            "zato config set balancer balancer algorithm=leastconn",
            wait_until("grep -rls leastconn .zato/haproxy | grep -q good"),
        ),
    ),
    Stage(
        "docs/operations.md",
        before=(
            file("refusing.py", *_SERVICE, "class Refusing(Service):", *_REFUSES),
            "zato service deploy refusing.py",
            "zato config set server server-1 workers=1",
            wait_until("[ $(git -C .zato/server-1/config log --oneline | wc -l) -gt 1 ]"),
            file("values.py", *_VALUES),
        ),
        values={
            "zato config import zato.yaml": "python values.py && zato config import zato.yaml",
            "create DIR --servers 2 --lb-port 8443": "create .zato --servers 2 --lb-port 11223",
            "DIR": ".zato",
            "4f0c2ab19e": "$(git -C .zato/server-1/config log --format=%h | tail -n 1)",
            "--async NAME PAYLOAD": "--async refusing.refusing '{}'",
            "message retry ID": f"message retry {_DEAD}",
            "message delete ID": f"message delete {_DEAD}",
            "zato user first NAME": "zato user first john",
            "zato pki renew NAME": "zato pki renew haproxy",
            "zato pki public CERTIFICATE KEY": f"{_SELF_SIGNED} && zato pki public public.crt public.key",
            "issue-server NAME --host HOST": "issue-server db-1 --host db-1.example.com",
            "pki remove NAME": "pki remove db-1",
            "diff 40 42": f"diff {_BEFORE_NOW} {first('revision', 'config history --limit 1')}",
            "rollback 40": f"rollback {_BEFORE_NOW}",
        },
    ),
    Stage(
        "docs/remote.md",
        before=(
            file("hello.py", *_SERVICE, "class Hello(Service):", *_KEEPS),
            _FROM_CLONE + "zato config set security-basic jane username=jane roles=admin 'password=a long one of jane'",
            _FROM_CLONE + "zato config set security-api-key web-shop key=a-long-secret-for-the-web-shop",
        ),
        values={
            "https://zato.example.com:11223": "https://localhost:11223",
            "/etc/zato/pki/": "$CLONE/.zato/pki/",
            "zato logout": f"zato logout && {_login('a long one of jane')}",
            "end-session ID": f"end-session {first('id', 'user sessions')}",
            "zato service show NAME": f"{_login('a long one of jane')} && zato service show countries.get-country",
            "zato user set-password": f"{_login('a long one of jane')} && zato user set-password",
            "zato user rotate-key": f"{_login('another long one')} && zato user rotate-key",
        },
        answers={
            "zato login": ("y", "a long one of jane"),
            "zato user set-password": ("a long one of jane", "another long one", "another long one"),
        },
        after=("zato server ready 2",),
        other_machine=True,
    ),
    Stage(
        "docs/backup.md",
        before=(
            file("refusing.py", *_SERVICE, "class Refusing(Service):", *_REFUSES),
            file("keeper.py", *_SERVICE, "class Keeper(Service):", *_KEEPS),
            "zato service deploy keeper.py refusing.py",
            "zato config set security-api-key backup key=a-long-secret-of-the-backup",
            "zato config set channel-rest kept service=keeper.keeper path=/kept security=backup",
            "zato config delete balancer balancer; zato message delete --all",
            "zato cluster hold && for n in 1 2 3; do zato service invoke --async refusing.refusing; done",
        ),
        values={
            "/var/backups/": "",
            "~/restored": "~/elsewhere",
            'sqlite3 FILE ".backup COPY"': 'sqlite3 .zato/sqlite/countries.sqlite ".backup copy"',
            "FILE": "zato-monday.backup",
            "odb.sqlite": ".zato/odb.sqlite",
            "discard 0af7651916cd43dd8448eb211c80319c": f"discard {first('id', 'cluster held')}",
        },
    ),
)
"""In the same one, once it has two servers."""
