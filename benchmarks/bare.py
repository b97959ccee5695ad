"""What Zato is compared with: the same answer from Falcon alone."""

import falcon


class Hello:
    """A small JSON object."""

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        resp.media = {"hello": "world"}


app = falcon.App()
app.add_route("/hello", Hello())


class Health:
    """What HAProxy asks for."""

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        resp.text = "ok"

    on_head = on_get


app.add_route("/zato/health", Health())
