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

-- What lighttpd says to HAProxy alone, with one of these statuses and limits: the status that the client is to see instead of
-- the one that stands for it between them, and which limit has refused the request
core.register_action("told", { "http-res" }, function(txn, statuses, limits)
  local headers = txn.http:res_get_headers()
  local function said(name, possible)
    local value = headers[name] and headers[name][0]
    return value and value:find("^%w+$") and ("," .. possible .. ","):find("," .. value .. ",", 1, true) and value
  end
  local status, limit = said("x-zato-status", statuses), said("x-zato-refusal", limits)
  if status then txn.http:res_set_status(tonumber(status)) end
  if limit then
    local counter = "proc.limited_" .. limit
    txn:set_var(counter, (txn:get_var(counter) or 0) + 1)
  end
  txn.http:res_del_header("X-Zato-Status")
  txn.http:res_del_header("X-Zato-Refusal")
end, 2)

-- Has requests with a password wait for their turn: of one source so many go on at once, and others one after the other, for
-- each costs a connection to a server and a hash. Once a password of the source was right, all that wait go on
core.register_action("take_turns", { "http-req" }, function(txn, at_once)
  local turns = math.min(txn:get_var("txn.pending") - tonumber(at_once), 50)
  while turns > 0 and txn.f:sc_get_gpt0(0) == 0 do
    core.msleep(40)
    turns = turns - 1
  end
end, 1)

-- Answers with the status, the Retry-After (0: none) and the JSON document that txn.refusal consists of, and takes the body,
-- which is as much as a client may have sent before it looks for an answer: who closes a connection on which something has
-- not been read yet resets it, and the answer may be lost. A stream of HTTP/2 is answered when its body has been taken, since
-- HAProxy 3.0 resets one that has its answer; a connection at once, since its client may have stopped to wait for it
core.register_service("refuse", "http", function(applet)
  local until_then = core.now().sec + 10
  local function take()
    repeat
      local part = applet:receive(65536)
    until not part or #part == 0 or core.now().sec >= until_then
  end
  local stream = applet.f:fc_http_major() == 2
  if stream then take() end
  local status, retry, body = applet:get_var("txn.refusal"):match("^(%d+) (%d+) (.*)$")
  applet:set_status(tonumber(status))
  applet:add_header("content-type", "application/json")
  applet:add_header("content-length", tostring(#body))
  if retry ~= "0" then applet:add_header("retry-after", retry) end
  applet:start_response()
  applet:send(body)
  if not stream then take() end
end)

-- Says that a request has no body (RFC 9110, 8.6) where its client has not: HAProxy 3.0 drops the header that a rule sets
local Length = { id = "length", flags = filter.FLT_CFG_FL_HTX }
Length.__index = Length
function Length:new() return setmetatable({}, Length) end
function Length:http_headers(txn, message)
  if not message:is_resp() and txn:get_var("txn.no_length") then message:set_body_len(0) end
  return filter.CONTINUE
end
core.register_filter("length", Length, function(each) return each end)
