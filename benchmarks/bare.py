"""What Zato is compared with: the same answer from Falcon alone."""

import falcon


class Hello:
    """A small JSON object."""

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        resp.media = {"hello": "world"}


class Echo:
    """What has come, as it is."""

    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        resp.media = req.media


app = falcon.App()
app.add_route("/hello", Hello())
app.add_route("/echo", Echo())


class Health:
    """What HAProxy asks for."""

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        resp.text = "ok"

    on_head = on_get


app.add_route("/zato/health", Health())
