import asyncio
import socket
import threading

import pytest

from flows.steps.web.names import Resolver


def resolver_of(answers, monkeypatch, limit_s=5.0, fixed=None):
    """A resolver over a name server of our own: host -> addresses, an error, or a function. Also: the names asked."""
    asked = []

    def lookup(host, *_, **__):
        asked.append(host)
        answer = answers[host]
        answer = answer() if callable(answer) else answer
        if isinstance(answer, OSError):
            raise answer
        kinds = [(socket.AF_INET6 if ":" in ip else socket.AF_INET, ip) for ip in answer]
        return [(kind, socket.SOCK_STREAM, 6, "", (ip, 0)) for kind, ip in kinds]

    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    return Resolver(fixed or {}, limit_s), asked


def addresses(results):
    return [(result["host"], result["port"]) for result in results]


def test_all_addresses_of_a_name_are_found(monkeypatch):
    async def resolve():
        resolver, _ = resolver_of({"a.test": ["192.0.2.1", "2001:db8::1"]}, monkeypatch)
        return addresses(await resolver.resolve("a.test", 80))

    assert asyncio.run(resolve()) == [("192.0.2.1", 80), ("2001:db8::1", 80)]


@pytest.mark.parametrize("name", ["a.test", "A.Test", "a.test."])
def test_fixed_name_asks_nobody(monkeypatch, name):
    async def resolve():
        resolver, asked = resolver_of({}, monkeypatch, fixed={"A.test": "192.0.2.9"})
        return addresses(await resolver.resolve(name, 8080)), asked

    assert asyncio.run(resolve()) == ([("192.0.2.9", 8080)], [])


def test_name_is_asked_once_by_many_at_once_and_again_later(monkeypatch):
    async def resolve():
        resolver, asked = resolver_of({"a.test": ["192.0.2.1"]}, monkeypatch)
        await asyncio.gather(*(resolver.resolve("a.test", port) for port in (80, 443, 8080)))
        await resolver.resolve("A.TEST.", 80)
        return asked

    assert asyncio.run(resolve()) == ["a.test"]


def test_name_that_failed_is_not_asked_again_at_once(monkeypatch):
    async def resolve():
        resolver, asked = resolver_of({"a.test": socket.gaierror(-2, "unknown")}, monkeypatch)
        for _ in range(3):
            with pytest.raises(socket.gaierror, match="unknown"):
                await resolver.resolve("a.test", 80)
        assert await resolver.usual_address("a.test") is None
        return asked

    assert asyncio.run(resolve()) == ["a.test"]


def test_dead_name_server_costs_its_time_limit_and_no_name_waits_for_another(monkeypatch):
    hang, gave_up = threading.Event(), []

    def dead_lookup():
        gave_up.append(hang.wait(9))
        return []

    async def resolve():
        resolver, _ = resolver_of({"dead.test": dead_lookup, "a.test": ["192.0.2.1"]}, monkeypatch, 0.6)
        dead = asyncio.create_task(resolver.resolve("dead.test", 80))
        await asyncio.sleep(0)
        assert addresses(await resolver.resolve("a.test", 80)) == [("192.0.2.1", 80)]
        with pytest.raises(socket.gaierror, match=r"within 0\.6 s"):
            await dead
        await resolver.close()

    asyncio.run(resolve())
    assert gave_up == []  # the thread hangs still, and nobody waited for it
    hang.set()


def test_one_who_gives_up_does_not_take_the_answer_from_the_others(monkeypatch):
    go = threading.Event()

    async def resolve():
        resolver, asked = resolver_of({"a.test": lambda: go.wait(9) and ["192.0.2.1"]}, monkeypatch)
        hasty, patient = (asyncio.create_task(resolver.resolve("a.test", 80)) for _ in range(2))
        await asyncio.sleep(0)
        hasty.cancel()
        go.set()
        return addresses(await patient), asked

    assert asyncio.run(resolve()) == ([("192.0.2.1", 80)], ["a.test"])


def test_label_that_is_too_long_is_no_name():
    async def resolve():
        with pytest.raises(OSError, match="not a host name"):
            await Resolver({}, 5.0).resolve("a" * 64 + ".test", 80)

    asyncio.run(resolve())


def test_usual_address_does_not_depend_on_the_order_of_answers(monkeypatch):
    async def resolve(*ips):
        resolver, _ = resolver_of({"a.test": list(ips)}, monkeypatch)
        return await resolver.usual_address("a.test")

    assert asyncio.run(resolve("192.0.2.2", "192.0.2.1")) == asyncio.run(resolve("192.0.2.1", "192.0.2.2"))
