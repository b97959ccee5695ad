-- For HAProxy, which cannot by itself answer with something else than the response that it would repeat the request for,
-- nor take what a client goes on sending after an answer.

-- Waits until there is a response, or no more to wait for. Rules that wait by themselves let HAProxy close the client's
-- connection where the response comes together with the end of the server's: it takes the client's for one that has had
-- all. An action that waits keeps it open
core.register_action("await", { "tcp-res" }, function(txn)
  while txn.res:may_recv() and txn.res:input() == 0 do coroutine.yield() end
end)

-- Ends the transaction with this status and body, a JSON document in which CID stands for the correlation id
core.register_action("answer", { "tcp-res" }, function(txn, status, body)
  local cid = txn:get_var("txn.cid") or ""
  txn:done(txn:reply({
    status = tonumber(status),
    headers = { ["content-type"] = { "application/json" } },
    body = (body:gsub("CID", cid)),
  }))
end, 2)

-- Answers 413 with the JSON document in txn.refusal, and takes the rest of the body, which is as much as a client may have
-- sent before it looks for an answer: who closes a connection on which something has not been read yet resets it, and the
-- answer may be lost
core.register_service("refuse", "http", function(applet)
  local body = applet:get_var("txn.refusal")
  applet:set_status(413)
  applet:add_header("content-type", "application/json")
  applet:add_header("content-length", tostring(#body))
  applet:start_response()
  applet:send(body)
  local until_then = core.now().sec + 10
  repeat
    local part = applet:receive(65536)
  until not part or #part == 0 or core.now().sec >= until_then
end)
