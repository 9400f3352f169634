"""Stand-ins for parsers that a file has led astray, and files that would; for the parsers' process."""

from __future__ import annotations

import ctypes
import io
import os
import time
import zipfile

from index.errors import UnreadableFile


def echo(*arguments: object) -> list[object]:
    return [argument.decode() if isinstance(argument, bytes) else argument for argument in arguments]


def process() -> int:
    return os.getpid()


def spin() -> None:
    while True:
        pass


def sleep() -> None:
    time.sleep(1000)


def devour() -> int:
    return len(bytearray(3_000_000_000))


def crash() -> None:
    ctypes.string_at(0)


def stumble() -> None:
    raise KeyError("/Root\n")


def refuse() -> None:
    raise UnreadableFile("is no page")


def recurse() -> None:
    recurse()


def leave() -> None:
    os._exit(3)


def docx(document: str | bytes, core: str = "<core/>") -> bytes:
    """Pack the body of a Word document, as XML, into a package."""
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    with zipfile.ZipFile(data := io.BytesIO(), "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr(
            "_rels/.rels",
            f'<Relationships><Relationship Type="{kind}/officeDocument" Target="word/document.xml"/>'
            f'<Relationship Type="{kind}/metadata/core-properties" Target="/docProps/core.xml"/></Relationships>',
        )
        package.writestr("word/document.xml", document)
        package.writestr("docProps/core.xml", core)
    return data.getvalue()


def pdf(*objects: str) -> bytes:
    """Write a PDF of the objects given, numbered from 1, the first its catalogue."""
    data, places = b"%PDF-1.7\n", []
    for number, content in enumerate(objects, start=1):
        places.append(len(data))
        data += f"{number} 0 obj\n{content}\nendobj\n".encode()
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    size = len(objects) + 1
    head = f"xref\n0 {size}\n0000000000 65535 f \n{table}"
    return data + f"{head}trailer\n<</Size {size}/Root 1 0 R>>\nstartxref\n{len(data)}\n%%EOF".encode()
