"""Every process opens the ODB as zato.toml says, over verified TLS."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import make_url

from support.certificates import CertificateAuthority
from support.databases import DatabaseServer, new_database
from zato.core.errors import SetupError, Unavailable
from zato.host.settings import ClusterSettings
from zato.odb.address import DatabaseTls
from zato.odb.opening import odb_tls, open_odb
from zato.sql.verification import machines_authorities


def test_the_authority_that_zato_toml_names_is_the_only_one_that_is_believed(
    database_server: DatabaseServer, tmp_path: Path
) -> None:
    url = new_database(database_server).url
    with open_odb(ClusterSettings(odb=url, odb_ca=str(database_server.authority.certificate))).read():
        pass
    stranger = CertificateAuthority(tmp_path, "Somebody else's")
    elsewhere = make_url(url).set(host="127.1").render_as_string(hide_password=False)
    for where, authority in (
        (url, str(stranger.certificate)),
        (elsewhere, str(database_server.authority.certificate)),  # not the name in the certificate
        (elsewhere, ""),
    ):
        with pytest.raises(Unavailable) as caught, open_odb(ClusterSettings(odb=where, odb_ca=authority)).read():
            pass
        assert caught.value.code == "odb-not-verified"


def test_a_certificate_of_this_side_goes_with_the_machines_authorities_and_needs_its_key() -> None:
    own = ClusterSettings(odb_certificate="/a.crt", odb_key="/a.key")
    assert odb_tls(own) == DatabaseTls(Path(machines_authorities()), Path("/a.crt"), Path("/a.key"))
    assert odb_tls(ClusterSettings()) is None
    with pytest.raises(SetupError) as caught:
        odb_tls(ClusterSettings(odb_certificate="/a.crt"))
    assert caught.value.code == "invalid-odb-tls"
