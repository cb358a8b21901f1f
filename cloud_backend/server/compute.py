"""What one session has on the engine thread: plan state, cache, and the step under way.

The session calls in from the loop; results come back to it on the loop. `_abandoned` and `_step` are the only fields
that both threads touch: the loop sets the first and then reads the second, the engine thread sets the second and then
reads the first, so one of them always sees the other and no cancel is lost.
"""

import asyncio
from collections.abc import Callable
from typing import Any, cast

from app.wire.frames import Frame
from app.wire.messages import Open
from cloud_backend.scheduler.engine_thread import NO_SEGMENT, EngineThread, Outcome, WorkItem
from cloud_backend.scheduler.ports import Cache, Engine, Step

OnDone = Callable[[Outcome], None]


class AbandonedError(Exception):
    """The session ended before the engine came to its work."""


class SessionCompute:
    """The engine's side of one session. `on_segment` hears a Step in `Outcome.value`, or the error."""

    def __init__(
        self, engine: Engine, thread: EngineThread, loop: asyncio.AbstractEventLoop, on_segment: OnDone
    ) -> None:
        self._engine = engine
        self._thread = thread
        self._loop = loop
        self._on_segment = on_segment
        self._plan_state: Any = None
        self._cache: Cache | None = None
        self._step: Step | None = None
        self._abandoned = False
        self._segment = NO_SEGMENT

    def allocate(self, message: Open, on_allocated: OnDone) -> None:
        """Cut the plan's matrices and reserve the cache."""

        def call() -> None:
            self._stop_if_abandoned()
            self._plan_state = self._engine.new_plan_state(message)
            self._cache = self._engine.new_cache(message.positions)

        self._thread.submit(WorkItem(call, on_allocated, self._loop))

    def begin(self, frame: Frame) -> None:
        """Start the step of a STEP frame, up to its first tap or its end."""

        def call() -> Step:
            self._stop_if_abandoned()
            step: Step = self._engine.begin_step(self._cache, self._plan_state, frame)
            self._step = step
            return self._run(step)

        self._segment = 0
        self._thread.submit(WorkItem(call, self._on_segment, self._loop, self._overlap, self._segment))

    def go_on(self, delta_payload: bytes) -> None:
        """y arrived: run to the next tap or the end."""

        def call() -> Step:
            self._stop_if_abandoned()
            step = cast(Step, self._step)
            self._engine.take_delta(step, delta_payload)
            return self._run(step)

        self._segment += 1
        self._thread.submit(WorkItem(call, self._on_segment, self._loop, self._overlap, self._segment))

    def abandon(self, on_freed: OnDone) -> bool:
        """Stop at the next layer and free the cache before all waiting work. True where a step was cut short.

        `on_freed` hears when the memory is free. Call it once.
        """
        self._abandoned = True
        step = self._step
        was_computing = step is not None and not step.finished
        if step is not None:
            step.cancel = True
        self._thread.submit_urgent(WorkItem(self._free, on_freed, self._loop))
        return was_computing

    # ------------------------------------------------------------------ on the engine thread

    def _run(self, step: Step) -> Step:
        self._stop_if_abandoned()
        self._engine.run_segment([step])
        return step

    def _overlap(self) -> None:
        step = self._step
        if step is not None and not step.finished and not self._abandoned:
            self._engine.overlap([step])

    def _stop_if_abandoned(self) -> None:
        if self._abandoned:
            raise AbandonedError

    def _free(self) -> None:
        cache = self._cache
        self._cache = self._plan_state = self._step = None
        if cache is not None:
            cache.free()
