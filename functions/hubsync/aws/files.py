"""Files in S3."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import CompletedPartTypeDef

PART_BYTES = 8 * 1024 * 1024
"""What is held and sent at once; S3 takes parts of five megabytes or more, and ten thousand of them."""

DELETED_AT_ONCE = 1000


class S3Files:
    """Files of one bucket (`FileStore`), which encrypts them by itself and forgets them after some days."""

    def __init__(self, client: S3Client, bucket: str) -> None:
        """`client` signs with signature version 4, the only one that opens what KMS has encrypted."""
        self._client = client
        self._bucket = bucket

    def write(self, key: str, chunks: Iterable[bytes], kind: str) -> int:
        """A small file in one call, a larger one in parts."""
        pieces = _pieces(chunks, PART_BYTES)
        first = next(pieces, b"")
        second = next(pieces, None)
        if second is None:
            self._client.put_object(Bucket=self._bucket, Key=key, Body=first, ContentType=kind)
            return len(first)
        upload = self._client.create_multipart_upload(Bucket=self._bucket, Key=key, ContentType=kind)["UploadId"]
        size = 0
        parts: list[CompletedPartTypeDef] = []
        for piece in _again(first, second, pieces):
            number = len(parts) + 1
            answer = self._client.upload_part(
                Bucket=self._bucket, Key=key, UploadId=upload, PartNumber=number, Body=piece
            )
            parts.append({"ETag": answer["ETag"], "PartNumber": number})
            size += len(piece)
        self._client.complete_multipart_upload(
            Bucket=self._bucket, Key=key, UploadId=upload, MultipartUpload={"Parts": parts}
        )
        return size

    def upload(self, key: str, path: Path, kind: str) -> int:
        """Read piece by piece."""
        with path.open("rb") as file:
            return self.write(key, iter(lambda: file.read(PART_BYTES), b""), kind)

    def read(self, key: str) -> bytes:
        """See the port."""
        try:
            return self._client.get_object(Bucket=self._bucket, Key=key)["Body"].read()
        except self._client.exceptions.NoSuchKey:
            raise FileNotFoundError(key) from None

    def delete(self, keys: Iterable[str]) -> None:
        """A thousand in a call."""
        left = iter(keys)
        while some := list(islice(left, DELETED_AT_ONCE)):
            self._client.delete_objects(
                Bucket=self._bucket, Delete={"Objects": [{"Key": key} for key in some], "Quiet": True}
            )

    def link(self, key: str, name: str, seconds: int) -> str:
        """A presigned address. It ends with the credentials that signed it, should these end before."""
        disposition = f'attachment; filename="{name}"'
        wanted = {"Bucket": self._bucket, "Key": key, "ResponseContentDisposition": disposition}
        return self._client.generate_presigned_url("get_object", Params=wanted, ExpiresIn=seconds)


def _pieces(chunks: Iterable[bytes], size: int) -> Iterator[bytes]:
    """The same bytes in pieces of `size`, the last one shorter."""
    held = bytearray()
    for chunk in chunks:
        held += chunk
        while len(held) >= size:
            yield bytes(held[:size])
            del held[:size]
    if held:
        yield bytes(held)


def _again(first: bytes, second: bytes, others: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield second
    yield from others
