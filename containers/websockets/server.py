"""A signaling server of Python's websockets. It takes an offer, answers, and hangs up as it is told; the kit's control
connection brings the certificates, and may hold an answer back."""

import asyncio
import hmac
import json
import os
import ssl
import tempfile
import traceback

try:
    from websockets.asyncio.server import ServerConnection as Connection, serve

    option = "create_connection"
except ImportError:  # before 13
    from websockets.server import WebSocketServerProtocol as Connection, serve

    option = "create_protocol"

DEFAULT_ANSWER = '{"type":"answer","sdp":"v=0\\r\\no=- 1 1 IN IP4 0.0.0.0\\r\\ns=-\\r\\nt=0 0\\r\\n"}'
# By trial; one is spent at its first offer, and a client that connects again is told nothing.
orders = {}
control = None
servers = []


class HeardConnection(Connection):
    """Calls `heard` when the client sends anything; neither pings nor unread messages are told otherwise."""

    heard = None

    def data_received(self, data):
        if self.heard is not None:
            self.heard()
            self.heard = None
        super().data_received(data)


def tell(event):
    if control is not None:
        control.write((json.dumps(event) + "\n").encode())


async def obey(reader, writer):
    global control
    token = os.environ.get("LASTWORD_CONTROL_TOKEN", "")
    first = json.loads(await reader.readline() or b"{}")
    if token == "" or not hmac.compare_digest(str(first.get("token")), token):
        writer.close()
        return
    control = writer
    while line := await reader.readline():
        order = json.loads(line)
        if order["op"] == "listen":
            try:
                await listen(order)
            except Exception:
                traceback.print_exc()
                os._exit(1)
            tell({"event": "listening"})
        elif order["op"] == "prepare":
            orders[order["trial"]] = {**order, "released": asyncio.Event()}
        elif order["op"] == "release" and "released" in orders.get(order["trial"], {}):
            orders[order["trial"]]["released"].set()
        elif order["op"] == "forget":
            orders[order["trial"]] = {"spent": True}


async def listen(order):
    with tempfile.NamedTemporaryFile("w", suffix=".pem") as file:
        file.write(order["cert"] + order["key"])
        file.flush()
        for port, version in ((7412, ssl.TLSVersion.TLSv1_2), (7413, ssl.TLSVersion.TLSv1_3), (7480, None)):
            context = None
            if version is not None:
                context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                context.minimum_version = context.maximum_version = version
                context.load_cert_chain(file.name)
            serving = serve(handle, None, port, ssl=context, ping_interval=None, **{option: HeardConnection})
            servers.append(await serving)


async def order_of(trial):
    """A trial's client may be faster than its order, which comes another way."""
    for _ in range(125):
        if control is None or trial == "" or trial in orders:
            break
        await asyncio.sleep(0.002)
    return orders.get(trial)


async def handle(socket):
    await socket.recv()
    path = socket.request.path if hasattr(socket, "request") else socket.path
    trial = path[1:]
    order = await order_of(trial)
    if order is not None and order.get("spent"):
        await socket.wait_closed()
        return
    if order is not None:
        order["spent"] = True
        address, port = socket.remote_address[:2]
        tell({"event": "offer", "trial": trial, "address": address, "port": port})
        if order["hold"]:
            socket.heard = lambda: tell({"event": "talk", "trial": trial})
            await order["released"].wait()
            socket.heard = None
    hang_up = (order or {}).get("hangUp") or os.environ.get("LASTWORD_HANG_UP", "close")
    # The lines that this server is about.
    await socket.send(order["answer"] if order else DEFAULT_ANSWER)
    if hang_up == "terminate":
        socket.transport.close()
    else:
        await socket.close(1000, "done" if hang_up == "polite" else "")
    if order is not None:
        tell({"event": "hung-up", "trial": trial})


async def main():
    server = await asyncio.start_server(obey, None, 7400, limit=1 << 22)
    print("control on port 7400", flush=True)
    async with server:
        await server.serve_forever()


asyncio.run(main())
