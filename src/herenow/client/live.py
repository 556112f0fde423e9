"""The client as programs use it."""

import asyncio
import logging
import random as chance
from collections.abc import Callable, Iterable, Mapping, Sequence
from types import TracebackType
from typing import Self

from herenow.client.back_off import LONGEST, BackOff, Pace
from herenow.client.change import Change, ChangeQueue
from herenow.client.connection import ServerConnection, address, open_link
from herenow.client.messages import Answer, ErrorMessage
from herenow.client.report_queue import ReportBatch, ReportQueue, report_batches
from herenow.client.view_state import ViewState
from herenow.client.views import Corners, view_of
from herenow.errors import BadRequest, HerenowError, Unavailable
from herenow.model.report import Receipt, Rejection, Report
from herenow.wire.json import LivePosition as LivePosition

SILENCE = 25.0  # s; a server sends something to each viewer every ten
WAITING = 64  # changes

log = logging.getLogger("herenow.client")


class Live:
    """A link to the live wire of the server at `url`, like http://127.0.0.1:8000, that reconnects. Use it with
    `async with`: inside, it is connected as long as it has a view or a report; on exit it closes the socket, ends the
    iteration, fails reports without an answer, and delivers nothing more.

    `async for change in live` gives every change in order and once, over lost links too, to one task. Changes wait for
    a slow one in a queue of `waiting`; one more makes all that wait a single change with the newest position of each
    device, which leads to the same positions. Where no try can succeed (the server refuses the handshake, or closes
    with 1009 or 4400), the loop ends with a HerenowError that states what was expected.

    A link that expects messages and gets none for `silence` seconds is lost. `random` draws the waits
    between tries, from 0 to 1.
    """

    def __init__(
        self,
        url: str,
        *,
        box: Corners | None = None,
        devices: Iterable[str] | None = None,
        zoom: float | None = None,
        waiting: int = WAITING,
        silence: float = SILENCE,
        random: Callable[[], float] = chance.random,
    ) -> None:
        """Has no view without box or devices. Raises SettingsError for a wrong url, BadRequest for a wrong view."""
        self._url = address(url)
        self._silence = silence
        self._waits = BackOff(random)
        self._viewer = ViewState()
        if box is not None or devices is not None or zoom is not None:
            self._viewer.set_view(view_of(box, devices, zoom))
        self._waiting = ChangeQueue(waiting)
        self._outbox = ReportQueue()
        self._answers: dict[int, asyncio.Future[Answer]] = {}
        self._link: ServerConnection | None = None
        self._task: asyncio.Task[None] | None = None
        self._closed = False
        self._ended: Exception | None = None  # why nothing will come any more
        self._trouble: str | None = None
        self._complaint: str | None = None
        self._news = asyncio.Event()  # for the iteration
        self._words = asyncio.Event()  # for the sender

    @property
    def positions(self) -> Mapping[str, LivePosition]:
        """The newest received position of each device, by device id: never older than the change that was taken last,
        and ahead of it where more wait. It changes whenever you await; copy it to keep it."""
        return self._viewer.positions

    @property
    def stats(self) -> Mapping[str, object] | None:
        """The newest statistics, as `GET /api/stats` gives them; None before there are any."""
        return self._viewer.stats

    @property
    def connected(self) -> bool:
        return self._link is not None

    @property
    def trouble(self) -> str | None:
        """Why there is no link, or no receipt, at this moment; None while all is well."""
        return self._trouble

    @property
    def garbled(self) -> int:
        """How many frames could not be understood and were passed over."""
        return self._viewer.garbled

    @property
    def complaint(self) -> str | None:
        """The server's reason for the last message that it ignored; None if it understood all."""
        return self._complaint

    async def __aenter__(self) -> Self:
        if self._task is not None or self._closed:
            raise RuntimeError("expected a Live that is new; make one for each `async with`")
        self._task = asyncio.create_task(self._run(), name="herenow live")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """As leaving `async with` does, from any task. Again is fine."""
        self._closed = True
        self._waiting.clear()
        self._end(Unavailable("the client was closed before the server answered; nothing is promised"))
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Change:
        while True:
            self._must_be_entered()
            if self._closed:
                raise StopAsyncIteration
            if (change := self._waiting.take()) is not None:
                return change
            if self._ended is not None:
                raise self._ended
            self._news.clear()
            await self._news.wait()

    async def look(
        self, *, box: Corners | None = None, devices: Iterable[str] | None = None, zoom: float | None = None
    ) -> None:
        """Changes the view, from any task; returns before the server knows. Its answer comes as a change that is a
        snapshot; until then changes are of the view before. For a view of devices every position comes.

        Raises BadRequest where a server would not understand.
        """
        self._viewer.set_view(view_of(box, devices, zoom))
        self._words.set()

    async def report(self, positions: Sequence[Report | Mapping[str, object]], *, within: float = 60.0) -> Receipt:
        """Returns when the accepted ones are on disk. What a lost link leaves without answer, or what a server cannot
        take now, is reported again until it is answered; the same report twice is one position.

        Raises Unavailable after `within` seconds and on closing: some may be stored, so report all again. Raises
        BadRequest where the server does not understand, TooLarge for a position that no message can hold.
        """
        self._must_be_entered()
        accepted, rejected = 0, list[Rejection]()
        try:
            async with asyncio.timeout(within):
                for batch in report_batches(positions):
                    answer = await self._deliver(batch)
                    accepted += answer.accepted
                    rejected += [_moved(one, batch.start) for one in answer.rejected]
        except TimeoutError as error:
            why = self._trouble or self._complaint or "it sent no reason"
            raise Unavailable(f"the server took no report within {within:g} s ({why}); report again later") from error
        return Receipt(accepted, rejected)

    def _must_be_entered(self) -> None:
        if self._task is None and not self._closed:
            raise RuntimeError("expected `async with Live(...) as live:` around this")

    async def _deliver(self, batch: ReportBatch) -> Answer:
        while True:
            answer = await self._answer_to(batch)
            self._trouble = answer.detail
            if answer.detail is None:
                return answer
            if answer.retry_ms is None:
                raise BadRequest(f"the server did not understand the report: {answer.detail}")
            await asyncio.sleep(min(LONGEST, max(0, answer.retry_ms) / 1000))

    async def _answer_to(self, batch: ReportBatch) -> Answer:
        if self._ended is not None:
            raise self._ended
        number = self._outbox.add(batch)
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._answers[number] = answer
        self._words.set()
        try:
            return await answer
        finally:
            self._outbox.drop(number)
            del self._answers[number]

    # The task

    async def _run(self) -> None:
        try:
            self._end(await self._follow())
        except Exception as error:
            # A mistake of ours: the iteration must end with it, or would wait for ever.
            log.exception("the live client failed")
            self._end(error)

    async def _follow(self) -> HerenowError:
        """Link after link, until one ends for good."""
        loop = asyncio.get_running_loop()
        while True:
            await self._something_to_say()
            began = loop.time()
            error, opened = await self._visit()
            if not isinstance(error, Unavailable):
                return error
            wait = self._waits.after(error, loop.time() - began if opened else 0)
            self._trouble = str(error)
            log.info("%s; trying again in %.1f s", error, wait)
            await asyncio.sleep(wait)

    async def _something_to_say(self) -> None:
        """Waits, because a server closes a socket without messages."""
        while not self._has_words():
            self._words.clear()
            await self._words.wait()

    def _has_words(self) -> bool:
        """Whether the server has, or is yet to be given, a reason to say something."""
        return self._viewer.has_view or len(self._outbox) > 0

    async def _visit(self) -> tuple[HerenowError, bool]:
        """One link from beginning to end: why it ended, and whether it was ever open."""
        try:
            link = await open_link(self._url)
        except HerenowError as error:
            return error, False
        self._link = link
        self._trouble = None
        self._viewer.linked(link.encoding)
        self._outbox.linked()
        try:
            return await self._hold(link), True
        finally:
            self._link = None
            await link.close()

    async def _hold(self, link: ServerConnection) -> HerenowError:
        async with asyncio.TaskGroup() as tasks:
            # Apart from listening: a server that waits for us to read would not read either.
            speaking = tasks.create_task(self._speak(link))
            error = await self._listen(link)
            speaking.cancel()
        return error

    async def _speak(self, link: ServerConnection) -> None:
        loop = asyncio.get_running_loop()
        pace = Pace(loop.time())
        while True:
            self._words.clear()
            while (text := self._viewer.say() or self._outbox.say()) is not None:
                await link.say(text)
                await asyncio.sleep(pace.wait(loop.time()))  # who looks around meanwhile says the last view only
            await self._words.wait()

    async def _listen(self, link: ServerConnection) -> HerenowError:
        try:
            while True:
                frame = await link.receive(self._silence)
                if frame is not None:
                    self._take(frame)
                elif self._has_words():
                    return link.cut(self._silence)
        except HerenowError as error:
            return error

    def _take(self, frame: str | bytes) -> None:
        match self._viewer.take(frame):
            case Change() as change:
                self._waiting.put(change)
                self._news.set()
            case Answer(id=int() as number) as answer:
                waiting = self._answers.get(number)  # nobody may wait for it any more
                if waiting is not None and not waiting.done():
                    waiting.set_result(answer)
            case ErrorMessage(detail=detail):
                self._complaint = detail
                log.warning("the server ignored a message: %s", detail)

    def _end(self, error: Exception) -> None:
        self._ended = self._ended or error
        for answer in self._answers.values():
            if not answer.done():
                answer.set_exception(self._ended)
        self._news.set()


def _moved(rejection: Rejection, start: int) -> Rejection:
    return Rejection(rejection.index + start, rejection.field, rejection.reason)
