"""Seals credentials with KMS."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient


class KmsVault:
    """Ciphertext is bound to what it belongs to by the encryption context (`Vault`). Opened secrets are kept in memory
    for the life of the process, so that a warm worker does not ask KMS for each message.
    """

    def __init__(self, client: KMSClient, key_id: str) -> None:
        self._client = client
        self._key_id = key_id
        self._opened: dict[tuple[bytes, str], str] = {}

    def seal(self, plaintext: str, belongs_to: str) -> bytes:
        """Encrypt a secret of at most 4 KB."""
        answer = self._client.encrypt(
            KeyId=self._key_id, Plaintext=plaintext.encode(), EncryptionContext={"belongs_to": belongs_to}
        )
        return answer["CiphertextBlob"]

    def open(self, sealed: bytes, belongs_to: str) -> str:
        """Decrypt a secret."""
        known = self._opened.get((sealed, belongs_to))
        if known is not None:
            return known
        answer = self._client.decrypt(
            KeyId=self._key_id, CiphertextBlob=sealed, EncryptionContext={"belongs_to": belongs_to}
        )
        opened = answer["Plaintext"].decode()
        self._opened[sealed, belongs_to] = opened
        return opened
