"""The encrypted way in and out, as Asterisk's pjsip.conf has it, and where its certificate lies.

Source: Asterisk 22, res_pjsip (transport); pjlib's ssl_sock_ossl.c takes a file and a folder of certificates together.
"""

from ivr.asterisk.tokens import section

TLS = "tls"
CERTIFICATE, KEY, TRUSTED = "tls.crt", "tls.key", "tls-trusted.crt"
"""Our chain, its key, and whom we trust beside the world, in the folder of the generated files."""

FOLDER = "/etc/asterisk/ivr"
WORLD = "/etc/ssl/certs"  # Debian's ca-certificates, in the image


def transport(bind: str) -> str:
    """For phones and carriers that come in, to whom we show our certificate; and for trunks that we call, whose
    certificate must be one that the world trusts, or that was signed by whom we trust ourselves.
    """
    return section(
        TLS,
        [
            ("type", "transport"),
            ("protocol", TLS),
            ("domain", TLS),
            ("bind", bind),
            ("method", "tlsv1_2"),
            ("cert_file", f"{FOLDER}/{CERTIFICATE}"),
            ("priv_key_file", f"{FOLDER}/{KEY}"),
            ("ca_list_file", f"{FOLDER}/{TRUSTED}"),
            ("ca_list_path", WORLD),
            ("verify_server", "yes"),
        ],
    )
