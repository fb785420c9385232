"""Who does the jobs of a sweep: this process, several of them, or a cluster.

An executor answers each job once, in any order; the table does not depend on who did what.
"""

from __future__ import annotations

import hashlib
import multiprocessing
import os
import signal
import threading
import warnings
from collections.abc import Callable, Iterable, Iterator, Set
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from itertools import islice
from multiprocessing.process import BaseProcess
from typing import Any

from backtests.plain_strategy import PlainStrategy
from backtests.runner.fingerprint import engine_code
from backtests.sweeps.batches import SweepRow
from backtests.sweeps.jobs import Jobs
from newsfolio.errors import CommandError, EngineError

Done = tuple[int, list[SweepRow]]
Executor = Callable[[Jobs, Iterable[int]], Iterator[Done]]

AHEAD = 2
"""Jobs that wait for each worker, so that none is idle and few are held in memory."""

DEATHS = 3
"""Workers in a row that may die before the fault must be in the job."""


def executor_of(workers: int, cluster: str | None) -> Executor:
    """The executor that the options ask for."""
    if workers < 1:
        raise CommandError(f"--workers {workers}: give at least one")
    if cluster is not None:
        if workers > 1:
            raise CommandError("--cluster brings its own workers; leave --workers out")
        _distributed()
        return lambda jobs, numbers: on_cluster(jobs, numbers, cluster)
    if workers == 1:
        return on_this_process
    return lambda jobs, numbers: on_processes(jobs, numbers, workers)


def on_this_process(jobs: Jobs, numbers: Iterable[int]) -> Iterator[Done]:
    """One job after the other in this process."""
    for job in numbers:
        yield job, jobs(job)


def on_processes(jobs: Jobs, numbers: Iterable[int], workers: int) -> Iterator[Done]:
    """Jobs on several processes of this machine; those of a worker that died are done again."""
    left, deaths = list(numbers), 0
    while left:
        try:
            for job, rows in _pooled(jobs, left, min(workers, len(left))):
                left.remove(job)
                deaths = 0
                yield job, rows
        except BrokenProcessPool as error:
            deaths += 1
            if deaths == DEATHS:
                raise EngineError(
                    f"{DEATHS} workers in a row died (out of memory?); use fewer --workers, what "
                    "is done is kept"
                ) from error


def _pooled(jobs: Jobs, numbers: Iterable[int], workers: int) -> Iterator[Done]:
    forks = "fork" in multiprocessing.get_all_start_methods()
    context = multiprocessing.get_context("fork" if forks else "spawn")
    with warnings.catch_warnings():
        # Python warns of threads that others have started; the workers use none of them.
        warnings.filterwarnings("ignore", message=".*fork", category=DeprecationWarning)
        others = set(multiprocessing.active_children())
        pool = ProcessPoolExecutor(workers, context, _start_worker, (jobs,))
        try:
            yield from _streamed(lambda job: pool.submit(_do, job), numbers, workers * AHEAD)
        except BaseException:
            _abandon(pool, others)
            raise
        finally:
            pool.shutdown()


def _abandon(pool: ProcessPoolExecutor, others: Set[BaseProcess]) -> None:
    """End the workers where they are: what they have begun is not kept anyway."""
    pool.shutdown(wait=False, cancel_futures=True)
    for child in set(multiprocessing.active_children()) - others:
        child.terminate()


def _streamed(
    submit: Callable[[int], Future[list[SweepRow]]], numbers: Iterable[int], most: int
) -> Iterator[Done]:
    """Answers as they come, with `most` jobs under way."""
    coming = iter(numbers)
    waiting = {submit(job): job for job in islice(coming, most)}
    while waiting:
        done, _ = wait(waiting, return_when=FIRST_COMPLETED)
        for answer in done:
            job = waiting.pop(answer)
            rows = answer.result()
            waiting |= {submit(following): following for following in islice(coming, 1)}
            yield job, rows


_JOBS: dict[str, Jobs] = {}
"""What this worker process was given, by digest; "" for the one of its pool."""


def _start_worker(jobs: Jobs) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the main process answers Ctrl-C
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _JOBS[""] = jobs


def _end_with_parent() -> None:
    """End with the main process, however it ended: nobody else would stop a worker."""
    main = multiprocessing.parent_process()
    if main is not None:
        main.join()
        os._exit(1)


def _do(job: int) -> list[SweepRow]:
    return _JOBS[""](job)


def on_cluster(jobs: Jobs, numbers: Iterable[int], address: str) -> Iterator[Done]:
    """Jobs on the workers of a dask scheduler; it gives those of a lost worker to another.

    The market travels once to each worker. A job is named by the sweep and its number, so a
    scheduler that has its answer does not do it again.
    """
    if isinstance(jobs.grid.base, PlainStrategy):
        raise CommandError(
            f"{jobs.grid.base.name} is a plain backtrader strategy, whose params do not travel to "
            "other machines; use --workers instead of --cluster"
        )
    distributed = _distributed()
    blob = _packed(jobs)
    digest = hashlib.sha256(blob).hexdigest()[:16]
    try:
        client = distributed.Client(address, timeout=10, set_as_default=False)
    except (OSError, ValueError) as error:
        raise CommandError(f"--cluster {address}: no scheduler answers there ({error})") from error
    with client:
        workers = max(1, len(client.scheduler_info(n_workers=-1)["workers"]))
        packed = client.scatter(blob, broadcast=True, hash=True)
        yield from _gathered(distributed, client, packed, digest, numbers, workers * AHEAD)


def _gathered(
    distributed: Any, client: Any, packed: Any, digest: str, numbers: Iterable[int], most: int
) -> Iterator[Done]:
    coming = iter(numbers)

    def submit(job: int) -> Any:
        return client.submit(do_packed, packed, digest, job, key=f"sweep-{digest}-{job}")

    first = {submit(job): job for job in islice(coming, most)}
    answers = distributed.as_completed(first, loop=client.loop)
    numbers = {future.key: job for future, job in first.items()}
    del first
    for future in answers:
        try:
            rows = future.result()
        except distributed.KilledWorker as error:
            raise EngineError(
                f"workers of the cluster keep dying ({error}); what is done is kept"
            ) from error
        except (OSError, distributed.CancelledError) as error:
            raise EngineError(
                f"the scheduler of the cluster is gone ({error}); what is done is kept"
            ) from error
        yield numbers.pop(future.key), rows
        for job in islice(coming, 1):
            following = submit(job)
            numbers[following.key] = job
            answers.add(following)


def do_packed(blob: bytes, digest: str, job: int) -> list[SweepRow]:
    """One job on a worker of a cluster, which unpacks the jobs once."""
    import pickle

    if digest not in _JOBS:
        _JOBS.clear()
        jobs = pickle.loads(blob)  # noqa: S301
        if jobs.engine != engine_code():
            raise EngineError("a worker of the cluster has another version of newsfolio")
        _JOBS[digest] = jobs
    return _JOBS[digest](job)


def _packed(jobs: Jobs) -> bytes:
    """The jobs with the author's class, whose file the workers need not have."""
    import sys

    import cloudpickle

    module = sys.modules[type(jobs.grid.base).__module__]
    own = module.__name__.startswith("newsfolio_user_")
    if own:
        cloudpickle.register_pickle_by_value(module)
    try:
        return cloudpickle.dumps(jobs)
    finally:
        if own:
            cloudpickle.unregister_pickle_by_value(module)


def _distributed() -> Any:
    try:
        import distributed
    except ImportError:
        raise CommandError(
            "--cluster needs dask.distributed: pip install 'distributed>=2024.8'"
        ) from None
    return distributed
