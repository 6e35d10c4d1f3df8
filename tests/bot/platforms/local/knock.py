"""Raw HTTP at the local chat's door: what no browser would send, but an attacker can."""

import asyncio

from bot.platforms.local.platform import LocalChat


async def knock(chat: LocalChat, request: str) -> str:
    """The answer to a raw request, as text; PORT in it stands for the served port."""
    port = int(chat.url.split(":")[2].split("/")[0])
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request.replace("PORT", str(port)).replace("\n", "\r\n").encode())
    answer = await asyncio.wait_for(reader.read(), 5)
    writer.close()
    await writer.wait_closed()
    return answer.decode("utf-8", "replace")


def get(path: str, *headers: str) -> str:
    return "\n".join([f"GET {path} HTTP/1.1", *headers, "Connection: close", "", ""])
