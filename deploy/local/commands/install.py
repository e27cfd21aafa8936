"""Fetches what `pip` cannot: the broker's jars, and an archive of its loaded classes, which makes it start sooner."""

import hashlib
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

from deploy.local.errors import StackError
from deploy.local.health import port_is_open, wait_until
from deploy.local.places import KAFKA, KAFKA_ARCHIVE, KAFKA_FORMATTED, KAFKA_LIBS, KAFKA_STAMP, ROOT
from deploy.local.ports import free_ports
from deploy.local.servers import kafka
from deploy.local.servers.jars import SUMS, as_sums, refuse_other_jars

POM = ROOT / "deploy" / "local" / "pom.xml"
OLDEST_JAVA = 17
OR_GIVEN = "or set SECURITY_INFO_KAFKA_URL to a Kafka of yours"

Say = Callable[[str], None]


def install_kafka(say: Say) -> None:
    """Fetch the broker unless it is there; safe to repeat, and to interrupt.

    Raises:
        StackError: Java or Maven is missing or too old, or Maven could not fetch, or fetched something else.
    """
    refuse_missing_java(("java",))
    stamp = _stamp()
    if KAFKA_STAMP.exists() and KAFKA_STAMP.read_text("utf-8") == stamp:
        return
    refuse_missing_java(("java", "mvn"))
    say("fetching Kafka (54 MB, once)")
    unfinished = _fetch()
    refuse_other_jars(unfinished)
    shutil.rmtree(KAFKA_LIBS, ignore_errors=True)
    unfinished.rename(KAFKA_LIBS)
    say("preparing a quick start of Kafka (10 s, once)")
    _archive_classes()
    KAFKA_STAMP.write_text(stamp, "utf-8")


def write_sums() -> Path:
    """Fetch the broker's jars and write down what they are; `make install` takes no others.

    Raises:
        StackError: Maven is missing, or could not fetch.
    """
    refuse_missing_java(("java", "mvn"))
    fetched = _fetch()
    SUMS.write_text(as_sums(fetched), "utf-8")
    shutil.rmtree(fetched)
    return SUMS


def refuse_missing_java(programs: tuple[str, ...]) -> None:
    """Check that the programs are there.

    Raises:
        StackError: says how to get them.
    """
    if missing := [program for program in programs if shutil.which(program) is None]:
        packages = {"java": "openjdk-17-jre-headless", "mvn": "maven"}
        raise StackError(
            f"{' and '.join(missing)} missing, needed for the local Kafka: "
            f"apt-get install {' '.join(packages[name] for name in missing)}, {OR_GIVEN}"
        )


def java_version(text: str) -> int | None:
    """The major version in what `java -version` prints; 1.8 counts as 8."""
    found = re.search(r'version "(?:1\.)?(\d+)', text)
    return int(found[1]) if found else None


def _stamp() -> str:
    """What the installed files depend on: the artifacts, and the Java that the archive was made with."""
    shown = subprocess.run(["java", "-version"], capture_output=True, text=True, check=False).stderr
    version = java_version(shown)
    if version is not None and version < OLDEST_JAVA:
        raise StackError(f"Java {version} is too old for Kafka: install Java {OLDEST_JAVA} or newer, {OR_GIVEN}")
    artifacts = hashlib.sha256(POM.read_bytes() + SUMS.read_bytes()).hexdigest()
    return f"{artifacts}\n{KAFKA_LIBS}\n{shown}"


def _fetch() -> Path:
    """Fetch beside, so that an interrupted fetch never looks complete."""
    unfinished = KAFKA / "libs.part"
    shutil.rmtree(unfinished, ignore_errors=True)
    arguments = (f"-DoutputDirectory={unfinished}", "-DincludeScope=runtime")
    done = subprocess.run(
        ["mvn", "-q", "-B", "-f", str(POM), "dependency:copy-dependencies", *arguments],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        errors = [line for line in done.stdout.splitlines() if "ERROR" in line] or ["no reason given"]
        raise StackError(f"Maven could not fetch Kafka: {errors[0]}")
    return unfinished


def _archive_classes() -> None:
    """Run the broker once and let the JVM write down which classes it loaded, and keep a formatted data directory. It
    starts without the two, too, in a few seconds more."""
    KAFKA_ARCHIVE.unlink(missing_ok=True)
    shutil.rmtree(KAFKA_FORMATTED, ignore_errors=True)
    port, controller_port = free_ports(2)
    with tempfile.TemporaryDirectory(prefix="archive-", dir=KAFKA) as folder:
        properties = kafka.prepare(Path(folder), port, controller_port)
        shutil.copytree(Path(folder) / "data", KAFKA_FORMATTED)
        command = kafka.java("kafka.Kafka", str(properties), flags=(f"-XX:ArchiveClassesAtExit={KAFKA_ARCHIVE}",))
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, process_group=0
        )
        try:
            wait_until(lambda: port_is_open(port) or process.poll() is not None, seconds=60)
            process.terminate()
            process.wait(timeout=60)
        finally:
            process.kill()
            process.wait()
