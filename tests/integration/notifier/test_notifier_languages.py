"""The language that enrollment asks for is what arrives: on the real broker and database."""

from pathlib import Path

from deploy.demo.handset.twiml import parse
from schemas.notification import CodeSent
from services.kit.settings import ServiceSettings
from tests.support.services.notifier import benched, notifying
from tests.support.waiting import until


async def test_texts_speak_the_language_of_the_person(
    settings: ServiceSettings, notifier_database: str, tmp_path: Path
) -> None:
    async with benched(settings, notifier_database, tmp_path) as bench, notifying(bench):
        of = bench.terms()
        await bench.say(bench.request(of, locale="de-AT"))
        await bench.told(CodeSent)
        assert bench.texts[0]["body"].startswith(f"{bench.code(of)} ist Ihr Code für Northbridge. ")
        bench.number = f"{bench.number[:-1]}{(int(bench.number[-1]) + 1) % 10}"
        await bench.say(bench.notice("https://id.example/not-me", channel="sms", locale="ar"))
        await until(lambda: len(bench.texts) == 2)
        assert bench.texts[0]["body"].startswith("من Northbridge: أضيفت طريقة إلى حسابك (الهاتف).")


async def test_calls_speak_the_language_of_the_person(
    settings: ServiceSettings, notifier_database: str, tmp_path: Path
) -> None:
    async with benched(settings, notifier_database, tmp_path) as bench, notifying(bench, "voice"):
        await bench.say(bench.request(bench.terms(kind="call"), channel="voice", locale="ja"), channel="voice")
        await bench.told(CodeSent)
        call = bench.a.messages[0]
        answer = await bench.a.post(call["url"], {"CallSid": call["sid"]})
        assert parse(answer.text)
        assert answer.text.count('<Say language="ja-JP">こちらはNorthbridgeです。') == 2
        keys = call["url"].replace("/voice", "/keys/1")
        ended = await bench.a.post(keys, {"CallSid": call["sid"], "Digits": "#"})
        assert '<Say language="ja-JP">ありがとうございます。' in ended.text
