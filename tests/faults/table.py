"""The faults, each as something that is done to a running stack while people use it."""

from tests.faults.breaking.killing import KILLS_OF_EACH, killed, one_of_two_killed
from tests.faults.breaking.providers import PUSH, Wrong, misbehave
from tests.faults.breaking.records import each_twice, poisoned
from tests.faults.breaking.replicas import clocks_ahead, comings_and_goings, paused, version_before
from tests.faults.breaking.scene import SERVICES, Fault, Scene
from tests.faults.breaking.servers import GONE, disk_full, gone, kafka_gone_for_one

TOO_LATE = 15_000


def _texts(mode: str, delay_ms: int | None = None) -> tuple[Wrong, Wrong]:
    """Both providers of texts: of one alone the other makes up for it."""
    return Wrong("twilio-a", mode, delay_ms), Wrong("twilio-b", mode, delay_ms)


def nothing(scene: Scene) -> None:
    scene.over.wait()


KILLING: tuple[Fault, ...] = (
    Fault(
        "kill enrollment",
        "a commit is published, a repeated request finds what was made",
        killed("enrollment"),
        goes_on=True,
        seconds=80,
    ),
    Fault("kill verifier", "a counted try is judged, a verdict is told", killed("verifier"), goes_on=True, seconds=80),
    Fault(
        "kill notifier",
        "a queued message is sent, a claimed one is not doubled silently",
        killed("notifier"),
        goes_on=True,
        seconds=80,
    ),
    Fault(
        "kill all, each at its own moments",
        "all of these at once",
        killed(*SERVICES, times=KILLS_OF_EACH),
        goes_on=True,
        seconds=285,
    ),
    Fault(
        "two of each, one killed",
        "the other takes over what it left, once",
        one_of_two_killed,
        goes_on=True,
        seconds=180,
    ),
)

SERVERS: tuple[Fault, ...] = (
    Fault("Kafka restarts", "what waits in outboxes is published in order", gone("kafka")),
    Fault(
        "Kafka gone for 60 s", "the same, and what was handed in in time counts", gone("kafka", GONE), 40.0, seconds=90
    ),
    Fault(
        "Kafka gone for 60 s, and one waits",
        "true on the page within 1 s",
        kafka_gone_for_one,
        1.0,
        people=1,
        seconds=80,
    ),
    Fault("database restarts", "an acknowledged write is there, one whose answer was lost is known", gone("mongodb")),
    Fault(
        "database gone for 60 s",
        "requests are told to come again, events wait",
        gone("mongodb", GONE),
        40.0,
        seconds=100,
    ),
    Fault(
        "the broker's disk is full", "what waits is published when there is room", disk_full, 25.0, "a disk of its own"
    ),
)

PROVIDERS: tuple[Fault, ...] = (
    Fault(
        "texts, mail and push: in error",
        "tried again within the life of the code",
        misbehave(*_texts("error"), Wrong("smtp", "error"), Wrong(PUSH, "error")),
    ),
    Fault("texts: providers hang", "mail and push go on; outcome unknown is told apart", misbehave(*_texts("hang"))),
    Fault("texts: the first provider hangs", "the second one carries them", misbehave(Wrong("twilio-a", "hang"))),
    Fault("mail: server hangs", "texts and push go on", misbehave(Wrong("smtp", "hang"))),
    Fault("push: service hangs", "texts and mail go on; the app finds the request", misbehave(Wrong(PUSH, "hang"))),
    Fault(
        "texts and push: throttled",
        "waits, and sends once",
        misbehave(*_texts("throttle"), Wrong(PUSH, "throttle")),
    ),
    Fault(
        "texts and mail: lost",
        "the person asks again",
        misbehave(*_texts("lost"), Wrong("smtp", "lost")),
        seconds=55,
    ),
    Fault(
        "texts and push: answered too late",
        "what they did all the same is told apart",
        misbehave(*_texts("slow", TOO_LATE), Wrong(PUSH, "slow")),
    ),
    Fault(
        "texts: reports late, twice and out of order",
        "the newest state stays",
        misbehave(*_texts("late", 4_000)),
    ),
)

REPLICAS: tuple[Fault, ...] = (
    Fault(
        "enrollment and notifier paused 20 s",
        "the stale leaseholder does no harm; requests wait, nothing is published twice over",
        paused("enrollment", "notifier"),
        seconds=50,
    ),
    Fault(
        "replicas join and leave",
        "a rebalance loses and doubles nothing",
        comings_and_goings("verifier", "notifier"),
        25.0,
        seconds=50,
    ),
    Fault(
        "clocks 90 s ahead, of a verifier and a notifier",
        "no message twice, one end for each challenge",
        clocks_ahead("verifier", "notifier"),
    ),
    Fault(
        "the version before beside this one",
        "each reads what the other wrote",
        version_before,
        18.0,
        "the version before",
    ),
)

RECORDS: tuple[Fault, ...] = (
    Fault("each record twice", "each event counts once, in whatever order", each_twice),
    Fault("poison on all topics", "a dead letter each, with its reason; all others go on", poisoned),
)

FAULTS: tuple[Fault, ...] = (
    Fault("nothing", "what the others are compared with", nothing),
    *KILLING,
    *SERVERS,
    *PROVIDERS,
    *REPLICAS,
    *RECORDS,
)
