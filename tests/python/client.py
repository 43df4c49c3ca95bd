"""Sangdam as a program in another language sees it: through gql, over HTTP and over a WebSocket."""

import asyncio

from gql import Client, GraphQLRequest
from gql.transport.aiohttp import AIOHTTPTransport
from gql.transport.websockets import WebsocketsTransport

PATIENCE_SECONDS = 120  # ends a test that waits for what never comes

HEAD = "{ ledger { checkpoint { position root } } }"


class Api:
    """Queries, commands and subscriptions of one server, checked against the schema that it tells about itself."""

    def __init__(self, server):
        self.client = Client(
            transport=AIOHTTPTransport(url=server.http_url),
            fetch_schema_from_transport=True,
            introspection_args={"input_object_one_of": True},
            execute_timeout=PATIENCE_SECONDS,
        )
        self.websocket_url = server.websocket_url

    def ask(self, document: str, **variables) -> dict:
        """What a query finds in the ledger."""
        return self.client.execute(GraphQLRequest(document, variable_values=variables))["ledger"]

    def head(self) -> dict:
        return self.ask(HEAD)["checkpoint"]

    def pages(self, document: str, *path: str, **variables) -> list:
        """The pages of a list, forwards to its end: the items of each. `path` leads from the ledger to the list."""
        pages, after = [], None
        while True:
            found = self.ask(document, after=after, **variables)
            for name in path:
                found = found[name]
            pages.append([edge["node"] for edge in found["edges"]])
            if not found["pageInfo"]["hasNextPage"]:
                return pages
            after = found["pageInfo"]["endCursor"]

    def command(self, mutation: str, given: dict, fields: str = "") -> dict:
        """What a mutation answers."""
        input_type = f"{mutation[0].upper()}{mutation[1:]}Input"
        document = f"""mutation($input: {input_type}!) {{
            {mutation}(input: $input) {{ position userErrors {{ code message field }} {fields} }}
        }}"""
        return self.client.execute(GraphQLRequest(document, variable_values={"input": given}))[mutation]

    def done(self, mutation: str, given: dict, fields: str = "") -> dict:
        """What a mutation answers that must be carried out."""
        answer = self.command(mutation, given, fields)
        assert answer["userErrors"] == [], f"{mutation}: {answer['userErrors']}"
        return answer

    def refused(self, mutation: str, given: dict) -> dict:
        """Why a mutation is refused, which it must be."""
        answer = self.command(mutation, given)
        assert answer["position"] is None, f"{mutation} was carried out"
        (error,) = answer["userErrors"]
        assert error["message"]
        return error

    def subscribed(self, document: str, enough, hang_up: bool = False, **variables) -> list:
        """What is pushed until it is `enough`, over a connection of its own. The connection breaks then, unless the
        client is to hang up."""
        transport = WebsocketsTransport(
            url=self.websocket_url, subprotocols=[WebsocketsTransport.GRAPHQLWS_SUBPROTOCOL]
        )

        async def receive() -> list:
            pushed = []
            async with asyncio.timeout(PATIENCE_SECONDS), Client(transport=transport) as session:
                async for one in session.subscribe(GraphQLRequest(document, variable_values=variables)):
                    pushed.append(one)
                    if enough(pushed):
                        if not hang_up:
                            transport.adapter.websocket.transport.abort()
                        break
            return pushed

        return asyncio.run(receive())

    def answered_call(self, phone: str, at: str, agent: str | None = None) -> str:
        """A call that somebody answers as soon as it comes."""
        call = self.done("offerCall", {"from": phone, "occurredAt": at}, "call { id }")["call"]["id"]
        self.done("answerCall", {"call": call, "agent": agent, "occurredAt": at})
        return call

    def opened(self, phone: str, at: str, agent: str | None = None) -> str:
        """A consultation about which that number calls."""
        opening = {"call": self.answered_call(phone, at, agent), "agent": agent, "occurredAt": at}
        return self.done("openConsultation", opening, "consultation { id }")["consultation"]["id"]
