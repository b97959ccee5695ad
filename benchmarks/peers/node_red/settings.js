// One process that serves flows over plain HTTP on loopback, without its editor; HAProxy is in front of it.
module.exports = {
    uiHost: "127.0.0.1",
    uiPort: Number(process.env.PEER_PORT),
    flowFile: "flows.json",
    credentialSecret: false,
    httpAdminRoot: false,
    telemetry: { enabled: false },
    externalModules: { palette: { allowInstall: false }, modules: { allowInstall: false } },
    logging: { console: { level: "warn", metrics: false, audit: false } },
};
