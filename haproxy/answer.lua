-- For HAProxy, which cannot by itself answer with something else than the response that it would repeat the request for.

-- Ends the transaction with this status and body, a JSON document in which CID stands for the correlation id
core.register_action("answer", { "tcp-res" }, function(txn, status, body)
  local cid = txn:get_var("txn.cid") or ""
  txn:done(txn:reply({
    status = tonumber(status),
    headers = { ["content-type"] = { "application/json" } },
    body = (body:gsub("CID", cid)),
  }))
end, 2)
