"""Headers that say what only the edge may say, in every spelling that could be taken for them."""

from __future__ import annotations

SPOOFED = [
    "X-Zato-User",
    "x-zato-user",
    "X_ZATO_USER",
    "X-Zato_User",
    "X_Zato-User",
    "X-ZATO-USER",
    "X-Zato-Principal",
    "X_Zato_Principal",
    "X-Zato-TLS-Client",
    "X_Zato_TLS_Client",
    "X-Zato-TLS-Subject",
    "X-Zato-Peer",
    "X_Zato_Peer",
    "X-Zato-CID",
    "X_Zato_CID",
    "X-Zato-Client-Cert-SHA256",
    "X_Zato_Client_Cert_SHA256",
    "X-Zato-Client-Cert-Subject",
    "X-Zato-Client-Address",
    "X-Zato-Anything",
    "X-Forwarded-For",
    "X_Forwarded_For",
    "X-Forwarded-Proto",
    "X-Forwarded-Host",
    "X-Forwarded-User",
    "Forwarded",
    "X-Real-IP",
    "SCRIPT_NAME",
    "Script_Name",
    "SCRIPT-NAME",
    "PATH_INFO",
    "REMOTE_USER",
    "Remote-User",
    "SSL_CLIENT_VERIFY",
    "SSL_CLIENT_S_DN",
    "SSL-Client-Cert",
    "X-SSL-Client-CN",
    "X_SSL_Client_CN",
    "Proxy",
]
WORD = "spoofed7"
# 64 hexadecimal digits and 32, so that no check of the form is what keeps them out
FINGERPRINT = "5f00fed7" * 8
