"""An Apache Kafka with a second port that asks for TLS and a login, and what is needed to enter it."""

import ipaddress
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from consumers.cluster import Cluster
from entrypoints.embedded import free_port
from tests.servers import ApacheKafka

USER, PASSWORD = "ledger", "a-password-of-tests"
_SETTINGS = """\
listeners=PLAINTEXT://127.0.0.1:{{port}},CONTROLLER://127.0.0.1:{{controller}},SASL_SSL://127.0.0.1:{secured}
advertised.listeners=PLAINTEXT://127.0.0.1:{{port}},SASL_SSL://127.0.0.1:{secured}
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,SASL_SSL:SASL_SSL
ssl.keystore.type=PEM
ssl.keystore.certificate.chain={certificate}
ssl.keystore.key={key}
sasl.enabled.mechanisms=SCRAM-SHA-512,PLAIN
listener.name.sasl_ssl.scram-sha-512.sasl.jaas.config=\\
org.apache.kafka.common.security.scram.ScramLoginModule required;
listener.name.sasl_ssl.plain.sasl.jaas.config=\\
org.apache.kafka.common.security.plain.PlainLoginModule required user_{user}="{password}";
"""


@contextmanager
def secured(folder: Path) -> Iterator[Cluster]:
    """A running broker, and how it is entered by SCRAM. `folder` gets the authority's file."""
    port = free_port()
    certificate, key = _authority()
    ca_file = folder / "ca.pem"
    ca_file.write_text(certificate)
    lines = _SETTINGS.format(
        secured=port, certificate=_one_line(certificate), key=_one_line(key), user=USER, password=PASSWORD
    )
    login = f"SCRAM-SHA-512=[name={USER},password={PASSWORD}]"
    with ApacheKafka(lines, ["--add-scram", login]):
        yield Cluster(
            f"127.0.0.1:{port}", "SASL_SSL", str(ca_file), mechanism="SCRAM-SHA-512", user=USER, password=PASSWORD
        )


def other_authority(folder: Path) -> str:
    """The file of an authority that signed nothing."""
    file = folder / "other.pem"
    file.write_text(_authority()[0])
    return str(file)


def _one_line(pem: str) -> str:
    return pem.replace("\n", "\\n")


def _authority() -> tuple[str, str]:
    """A certificate of this machine signed by itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "broker")])
    now = datetime.now(UTC)
    here = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(here, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return certificate.public_bytes(Encoding.PEM).decode(), private.decode()
