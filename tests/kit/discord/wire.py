"""How answers go over the wire, and how they go wrong."""

import asyncio
import json
import struct
from collections.abc import Mapping
from socket import SO_LINGER, SOL_SOCKET
from typing import Any

from aiohttp import web

from tests.kit.discord.faults import Broken, Cut, Fault, Hang, Limited, Page, Refuse, Slow
from tests.kit.discord.refusals import limited, refused

# discord.py takes a 429 without Via for Cloudflare's, and reads JSON only under exactly this content type.
_HEADERS = {"Via": "1.1 google"}


def answer(status: int, body: Any, headers: Mapping[str, str]) -> web.Response:
    if status == 204:
        return web.Response(status=204, headers={**_HEADERS, **headers})
    payload = json.dumps(body).encode()
    return web.Response(
        status=status, body=payload, headers={**_HEADERS, **headers, "Content-Type": "application/json"}
    )


async def misbehave(http: web.Request, fault: Fault | None) -> web.Response | None:
    """What comes instead of carrying it out, if anything does."""
    match fault:
        case Refuse(code):
            raise refused(code)
        case Limited(retry_after, everywhere):
            raise limited(retry_after, everywhere)
        case Cut(done=False):
            return cut(http, fault)
        case Page(done=False):
            return _page(fault)
        case Broken(done=False):
            return _broken(fault)
        case Hang(done=False):
            await asyncio.Event().wait()
        case Slow(before=seconds):
            await asyncio.sleep(seconds)
    return None


async def misbehave_after(http: web.Request, fault: Fault | None, right: web.Response) -> web.Response:
    """What comes in the place of the answer once it has been carried out."""
    match fault:
        case Cut():
            return cut(http, fault)
        case Page():
            return _page(fault)
        case Broken():
            return _broken(fault)
        case Hang():
            await asyncio.Event().wait()
        case Slow(seconds=seconds):
            await asyncio.sleep(seconds)
    return right


def cut(http: web.Request, fault: Cut) -> web.Response:
    transport = http.transport
    if transport is not None:
        if fault.reset:
            transport.get_extra_info("socket").setsockopt(SOL_SOCKET, SO_LINGER, struct.pack("ii", 1, 0))
        transport.abort()
    return web.Response()


def _page(fault: Page) -> web.Response:
    return web.Response(status=fault.status, text=fault.body, content_type=fault.content_type)


def _broken(fault: Broken) -> web.Response:
    return answer(fault.status, {"message": f"{fault.status}: Internal Server Error", "code": 0}, {})
