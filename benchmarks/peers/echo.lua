-- For wrk: an order of 1 kB, which comes back as it was once it is known to be one
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
local lines = {}
for number = 1, 17 do
  lines[number] = string.format('{"product":"product-%04d","count":%d,"price":%d.25}', number, number + 10, number + 100)
end
wrk.body = '{"customer":"A customer of many years","number":123456,"lines":[' .. table.concat(lines, ",") .. "]}"
