"""The bill of materials of the image's own content, in CycloneDX, from nothing but files of the repository."""

import base64
import json
import tomllib
from collections.abc import Iterable
from pathlib import Path
from uuid import UUID, uuid5

from cyclonedx.model import HashAlgorithm, HashType
from cyclonedx.model.bom import Bom, BomMetaData
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL

from deploy.local.places import ROOT
from deploy.supply.locks import PYPROJECT, PYTHONS, RUNTIME, Locked, read

FILE = ROOT / "dist" / "security-info.cdx.json"
NPM_LOCK = ROOT / "services" / "enrollment" / "authenticator" / "package-lock.json"
PYTHON_OF_THE_IMAGE = PYTHONS[0]
NAMESPACE = UUID("fb41ef5e-0ccf-4fd0-bccc-83a6397fadd3")
"""Of serial numbers; drawn once."""


def bill_of_materials(python: str = PYTHON_OF_THE_IMAGE) -> str:
    """The document, byte for byte the same for the same files: no time in it, and a serial number derived from them.

    A component has the hashes of all archives of its version, since which one is installed depends on the machine. What
    the image's base brings, and the distribution's packages, are not in it.
    """
    lock, npm = RUNTIME.path.read_text("utf-8"), NPM_LOCK.read_text("utf-8")
    locked = [entry for entry in read(lock) if entry.counts_for(python)]
    product, components = _product(), {str(entry.name): _from_index(entry) for entry in locked}
    scripts = [_from_npm(name, entry) for name, entry in json.loads(npm)["packages"].items() if name]
    metadata = BomMetaData(component=product)
    metadata.timestamp = None  # type: ignore[assignment]  # optional in the format, and would differ each time
    content = "\n".join((str(product.purl), python, lock, npm))
    bom = Bom(metadata=metadata, components=[*components.values(), *scripts], serial_number=uuid5(NAMESPACE, content))
    for name, asker in {product.name: product, **components}.items():
        bom.register_dependency(asker, [components[entry.name] for entry in locked if name in entry.via])
    bom.register_dependency(product, scripts)
    return f"{JsonV1Dot6(bom).output_as_string(indent=2)}\n"


def _product() -> Component:
    project = tomllib.loads(PYPROJECT.read_text("utf-8"))["project"]
    return _component(PackageURL("pypi", None, project["name"], project["version"]), (), ComponentType.APPLICATION)


def _from_index(entry: Locked) -> Component:
    hashes = (HashType(alg=HashAlgorithm.SHA_256, content=content) for content in entry.hashes)
    return _component(PackageURL("pypi", None, entry.name, entry.version), hashes)


def _from_npm(path: str, entry: dict[str, str]) -> Component:
    algorithm, _, digest = entry["integrity"].partition("-")
    if algorithm != "sha512":
        raise ValueError(f"{path} is locked with {algorithm}, not with sha512")
    name = path.removeprefix("node_modules/")
    hashes = (HashType(alg=HashAlgorithm.SHA_512, content=base64.b64decode(digest).hex()),)
    return _component(PackageURL("npm", None, name, entry["version"]), hashes)


def _component(purl: PackageURL, hashes: Iterable[HashType], kind: ComponentType = ComponentType.LIBRARY) -> Component:
    return Component(
        name=purl.name, version=purl.version, type=kind, purl=purl, bom_ref=purl.to_string(), hashes=hashes
    )


def write(file: Path = FILE) -> Path:
    """Write it, and say where."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(bill_of_materials(), "utf-8")
    return file
