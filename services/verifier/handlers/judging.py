"""Judge a proof: count it, compare it, keep what it binds, tell what came of it."""

from collections.abc import Callable
from functools import partial

from schemas.envelope import Envelope
from schemas.verification import ChallengeTerms
from services.kit.clock import Clock
from services.kit.concurrency import both
from services.kit.decision import Change
from services.kit.mongo.document import Stored
from services.verifier.domain import authenticator as authenticators
from services.verifier.domain import challenge as challenges
from services.verifier.domain import credential as credentials
from services.verifier.domain import session as sessions
from services.verifier.domain.authenticator import Authenticator
from services.verifier.domain.base import Judgement, Kept, Refusal, Right
from services.verifier.domain.challenge import Challenge
from services.verifier.domain.credential import Credential
from services.verifier.domain.session import MAX_WRONG, SessionTries
from services.verifier.handlers.challenges import agrees
from services.verifier.handlers.trial import Guess, Trial
from services.verifier.methods.base import Submission, is_registration
from services.verifier.methods.registry import Methods
from services.verifier.store import Store

Conclusion = Callable[[Challenge, ChallengeTerms, str], Change[Challenge]]
"""What comes of the proof with that digest."""


class FullerTermsError(Exception):
    """The challenge was opened by `terms`, which say more than those of a record about it."""

    def __init__(self, terms: ChallengeTerms) -> None:
        super().__init__(terms.challenge_id)
        self.terms = terms


class ChallengeGoneError(Exception):
    """The challenge was deleted while a proof was judged: a day after its end, or with all of its person."""


async def judge_submission(
    event: Submission, envelope: Envelope, *, methods: Methods, store: Store, clock: Clock
) -> None:
    """Count a proof, then compare it, then tell what came of it: all by the terms by which the challenge was opened.

    Raises:
        ProofUnreadableError: it cannot be opened here; nothing is counted.
    """
    judge = partial(_judge_as_said, envelope=envelope, methods=methods, store=store, clock=clock)
    try:
        await judge(event)
    except FullerTermsError as opening:
        await judge(event.model_copy(update={"terms": opening.terms}))


async def _judge_as_said(
    event: Submission, envelope: Envelope, *, methods: Methods, store: Store, clock: Clock
) -> None:
    tenant, user = envelope.tenant, envelope.subject or ""
    method = methods.of(event.terms.kind)
    proof = method.read(event, tenant=tenant, user=user)
    identity, now = method.identity(event.terms), clock.now()
    recalls = method.keeps and not is_registration(event.terms)
    trial = Trial(event.terms, proof, envelope, tenant, user, identity, event.submitted_at, now, recalls)
    counted = await _count(trial, event.submission_id, store)
    challenge = counted.state
    if not agrees(challenge, event.terms, user):
        return
    counter: Stored[Authenticator] | None = None
    if challenge.awaits(proof.digest):
        challenge, counter = await _judge(trial, counted, store)
    if challenge.is_proven_by(proof.digest):
        await _forgive(trial, counter, store)


async def _count(trial: Trial, submission_id: str, store: Store) -> Stored[Challenge]:
    """The challenge with the proof counted in, opened by its terms where its request has not come yet.

    Raises:
        FullerTermsError: its request came, and said more; nothing is counted.
    """
    fresh = challenges.opened(trial.terms, tenant=trial.tenant, user=trial.user, at=trial.at)

    def decide(challenge: Challenge) -> Change[Challenge]:
        terms = challenge.terms_behind(trial.terms, trial.user)
        if terms is None:
            return Change(challenge)
        if terms != trial.terms:
            raise FullerTermsError(terms)
        return challenges.receive(
            challenge, trial.terms, submission_id, trial.proof.digest, submitted_at=trial.submitted_at, at=trial.at
        )

    return await store.challenges.change_or_insert(trial.challenge, fresh, decide, trial.cause)


async def _judge(
    trial: Trial, counted: Stored[Challenge], store: Store
) -> tuple[Challenge, Stored[Authenticator] | None]:
    """Let session and authenticator count a guess as well, while the credential is read, and only then compare. The
    challenge after it, and the authenticator where the guess was counted."""
    at, conclude = trial.at, partial(_conclude, trial, counted, store)
    guess, credential = await both(_count_guess(trial, store), _recall(trial, store))
    if guess.refused:
        await _take_back_in_session(trial, store)
        return await conclude(partial(challenges.hand_back, refusal=guess.refused, at=at)), guess.counter
    judgement = await _settled(await trial.proof.examine(credential), trial, guess, store)
    if isinstance(judgement, Right):
        return await conclude(partial(challenges.accept, codes_left=judgement.codes_left, at=at)), guess.counter
    penalty = await _fail_authenticator(trial, store) if trial.proof.guesses else None
    left = guess.session_left
    rejected = await conclude(
        partial(challenges.reject, judgement=judgement, session_left=left, authenticator=penalty, at=at)
    )
    return rejected, guess.counter


async def _recall(trial: Trial, store: Store) -> Credential | None:
    """The credential that proves the method, if it is this person's and can still prove anything. Who is asked for it
    otherwise than to register it has it on file, whatever was heard of that."""
    if not trial.recalls:
        return None
    stored = await store.credentials.get(trial.credential)
    if stored and stored.state.unclaimed_since:
        stored = await store.credentials.change(trial.credential, credentials.claim, known=stored)
    return credentials.usable(stored.state if stored else None)


async def _settled(judgement: Judgement, trial: Trial, guess: Guess, store: Store) -> Judgement:
    """Before it is told: what is good only once is used up, and what a registration binds is kept."""
    if not isinstance(judgement, Right):
        return judgement
    if judgement.position is not None and not await _spend(judgement.position, trial, guess, store):
        return judgement.otherwise
    if judgement.uses is not None and not await _use_up(judgement.uses, trial, store):
        return judgement.otherwise
    if judgement.binds is not None:
        await _keep(judgement.binds, trial, store)
    if judgement.moves is not None and judgement.position is not None:
        await _move(judgement.moves, judgement.position, trial, store)
    return judgement


async def _spend(position: int, trial: Trial, guess: Guess, store: Store) -> bool:
    """Whether the position is this trial's, which nobody had before. It lies where the guess was counted, which is
    taken back with it, except that what is failed in password reset is counted apart."""
    fresh = authenticators.unspent(tenant=trial.tenant, user=trial.user)
    counter = guess.counter if trial.sequence == trial.authenticator else None

    def decide(counter: Authenticator) -> Change[Authenticator]:
        spent = authenticators.spend(counter, position, trial.id)
        is_ours = authenticators.has_spent(spent.state, position, trial.id)
        return authenticators.succeed(spent.state, trial.id) if is_ours else spent

    stored = await store.authenticators.change_or_insert(trial.sequence, fresh, decide, known=counter)
    if counter is not None:
        guess.counter = stored
    return authenticators.has_spent(stored.state, position, trial.id)


async def _use_up(mark: str, trial: Trial, store: Store) -> bool:
    """Whether that part of the credential is this trial's, which nobody used before."""
    stored = await store.credentials.change(
        trial.credential, lambda credential: credentials.use_up(credential, mark, trial.id, at=trial.at)
    )
    return stored is not None and credentials.has_used(stored.state, mark, trial.id)


async def _move(kept: Kept, position: int, trial: Trial, store: Store) -> None:
    await store.credentials.change(
        trial.credential, lambda credential: credentials.move(credential, kept, position, at=trial.at)
    )


async def _keep(kept: Kept, trial: Trial, store: Store) -> None:
    terms = trial.terms
    fresh = credentials.bound(
        kept,
        tenant=trial.tenant,
        user=trial.user,
        method_id=terms.method_id,
        challenge=terms.challenge_id,
        at=trial.at,
    )
    await store.credentials.change_or_insert(
        trial.credential, fresh, lambda credential: credentials.register(credential, fresh), likely_new=True
    )


async def _count_guess(trial: Trial, store: Store) -> Guess:
    if not trial.proof.guesses:
        return Guess()
    session_left, refused = await _count_in_session(trial, store)
    if refused:
        return Guess(session_left, refused)
    counter = await _count_in_authenticator(trial, store)
    return Guess(session_left, authenticators.refusal(counter.state, trial.id, at=trial.at), counter)


async def _conclude(trial: Trial, counted: Stored[Challenge], store: Store, decide: Conclusion) -> Challenge:
    """From the challenge as it was when the proof was counted, unless it has changed since."""

    def conclude(challenge: Challenge) -> Change[Challenge]:
        return decide(challenge, trial.terms, trial.proof.digest)

    stored = await store.challenges.change(trial.challenge, conclude, follows=trial.cause, known=counted)
    if stored is None:
        raise ChallengeGoneError(trial.terms.challenge_id)
    return stored.state


async def _count_in_session(trial: Trial, store: Store) -> tuple[int, Refusal | None]:
    """Tries left in the session after this one, and whether it refuses it."""
    if trial.session is None:
        return MAX_WRONG, None
    fresh = SessionTries(tenant=trial.tenant, user=trial.user, touched_at=trial.at)
    stored = await store.sessions.change_or_insert(
        trial.session, fresh, lambda session: sessions.admit(session, trial.id, at=trial.at)
    )
    return stored.state.left, sessions.refusal(stored.state, trial.id)


async def _take_back_in_session(trial: Trial, store: Store) -> None:
    if trial.session is not None:
        await store.sessions.change(trial.session, lambda session: sessions.take_back(session, trial.id))


async def _count_in_authenticator(trial: Trial, store: Store) -> Stored[Authenticator]:
    def admit(counter: Authenticator) -> Change[Authenticator]:
        return authenticators.admit(counter, trial.terms, trial.id, at=trial.at)

    is_new, apart_from = trial.terms.purpose == "registration", authenticators.NOT_ADMITTED_BY
    unused = authenticators.unused(trial.terms, tenant=trial.tenant, user=trial.user)
    if not is_new and (
        counted := await store.authenticators.suppose(trial.authenticator, unused, admit, apart_from=apart_from)
    ):
        return counted
    fresh = await _not_counted_yet(trial, store)
    return await store.authenticators.change_or_insert(
        trial.authenticator, fresh, admit, follows=trial.cause, likely_new=is_new
    )


async def _not_counted_yet(trial: Trial, store: Store) -> Authenticator:
    """What to begin with where nothing was counted by this identity: what was counted by another hash, or nothing."""
    for other in trial.other_authenticators:
        if counted := await store.authenticators.get(other):
            return counted.state
    return authenticators.unused(trial.terms, tenant=trial.tenant, user=trial.user)


async def _fail_authenticator(trial: Trial, store: Store) -> Refusal | None:
    """What the failure leads to: nothing, a cooldown, or the end of the authenticator."""
    stored = await store.authenticators.change(
        trial.authenticator,
        lambda counter: authenticators.fail(counter, trial.terms, at=trial.at),
        follows=trial.cause,
    )
    return authenticators.penalty(stored.state, at=trial.at) if stored else None


async def _forgive(trial: Trial, counter: Stored[Authenticator] | None, store: Store) -> None:
    """The proof was right: what was counted for it, and the authenticator's failures before it, are taken back."""
    if counter is None or authenticators.has_counted(counter.state, trial.id):
        await store.authenticators.change(
            trial.authenticator, lambda counter: authenticators.succeed(counter, trial.id), known=counter
        )
    await _take_back_in_session(trial, store)
