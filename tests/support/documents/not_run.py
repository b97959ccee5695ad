"""The one list of what the documentation has and no test runs, with the reason for each."""

from __future__ import annotations

from collections.abc import Mapping

NOT_RUN: Mapping[str, str] = {
    # Of those who change Zato, each of which runs all of the tests, or takes a machine for long; `make -n` knows them
    "make check": "it runs this test",
    "make test": "it runs this test",
    "make test-release SUITE=trixie": "it runs these tests in another root file system",
    "make bench": "it measures for minutes, on a machine of its own",
    "make figures": "tests/test_structure.py runs it",
    "make show": "it measures for minutes, on a machine of its own",
    "make show-console": "it measures for minutes, on a machine of its own",
    "make show-hosts": "it measures for minutes, on hosts that boot",
    "make show-upgrade FROM=REVISION": "it builds and measures for minutes, on hosts that boot",
    "make show-debian-upgrade": "it takes ten minutes, on hosts that boot",
    "make chaos": "it takes the machine for an hour; tests/chaos runs its parts",
    "make chaos SCENARIO=odb-away SEED=4711": "minutes of faults on five hosts; tests/chaos runs its parts",
    "make chaos SCENARIO=random-kills SCALE=0.1": "minutes of faults on five hosts; tests/chaos runs its parts",
    "make fresh": "it installs two Debians; it is what shows `make run` on them",
    "make deb": "tests/hosts builds its packages by the same tool",
    "make apt-repository": "test_debian_before.py makes its repository by the same tool",
    "python -m benchmarks.show": "the tests play the same scenarios; it measures them for minutes",
    "python -m benchmarks.in_flight": "it measures for minutes, on a machine of its own",
    "python -m benchmarks peers": "it measures for minutes, on a machine of its own",
    "python -m benchmarks growth": "it measures for minutes, on a machine of its own",
    "python -m benchmarks.cost": "it measures for minutes, on a machine of its own",
    # Machines of a kind that is not there
    "vagrant up": "it needs a hypervisor; test_vagrantfile.py looks at the Vagrantfile",
    "vagrant ssh-config": "it needs a hypervisor",
    "python -m pytest tests/hosts/test_machines.py": "as above; the same tests run on hosts that boot",
    "autopkgtest": "test_autopkgtests.py runs it, on hosts that boot",
    # What the world, or the machine of whoever reads, has to have
    "python -m pip install": "it needs an index of packages; these tests have pytest",
    "certbot certonly": "a public authority has to reach the machine; what its hook runs is run",
    "zato pki public /etc/letsencrypt": "as above; another one is given to it by the page",
    "curl -o /etc/apt/keyrings/zato.asc": "nobody publishes at example.com; test hosts take the key from a file",
    "gpg --quick-generate-key": "it asks for a passphrase; test_debian_before.py makes such a key without one",
    "pg_basebackup": "test_several_hosts.py makes its standby by it, on one machine",
    # RabbitMQ of this machine is nobody's to set up; tests/broker has one of its own, with the same definitions
    "apt install rabbitmq-server": "Debian's own",
    "zato broker setup --host HOST": "test_broker.py runs what it runs, against a machine that notes it",
    "rabbitmqctl": "it is for the RabbitMQ of the machine",
    "rabbitmq-queues grow": "it needs three machines with RabbitMQ",
    "systemctl stop rabbitmq-server": "it is for the RabbitMQ of the machine",
    "systemctl start rabbitmq-server": "it is for the RabbitMQ of the machine",
    "mv /var/lib/rabbitmq/mnesia": "it is for the RabbitMQ of the machine",
    # What Debian does by itself, named for what it does to Zato
    "apt autoremove": "Debian's own",
    "systemctl disable --now lighttpd haproxy": "Debian's own units",
    "zato user totp": "it needs a code of the moment, which its own tests make",
    "systemctl edit": "it opens an editor",
    "systemctl status": "no instruction: what shows how much memory a unit takes",
    "systemctl reboot": "hosts are booted from outside, by Host.reboot",
    "systemctl start mariadb": "of a cluster of Galera, which the page says has not been run",
    "kill -9": "no instruction: what may happen",
}
"""By the beginning of a command."""
