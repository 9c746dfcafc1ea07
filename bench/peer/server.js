// SPDX-License-Identifier: Apache-2.0
// The peer: durable event intake as one would build it with Express and PostgreSQL, in the best form we
// know: prepared statements, a pool of 16 connections, the event as text beside its id, duplicates
// refused by the primary key, a batch as one statement over arrays. Answers after the commit.
// usage: node server.js PORT SOCKET_DIR WRITE_KEY [WORKERS]
'use strict';
const cluster = require('node:cluster');

const [port, socketDir, writeKey, workers] = process.argv.slice(2);

if (cluster.isPrimary && Number(workers) > 1) {
    for (let i = 0; i < Number(workers); i++) {
        cluster.fork();
    }
    process.on('SIGTERM', () => process.exit(0));
} else {
    serve();
}

function serve() {
    const express = require('express');
    const { Pool } = require('pg');
    const pool = new Pool({ host: socketDir, user: 'postgres', database: 'postgres',
                            max: Math.max(1, Math.floor(16 / Number(workers || 1))) });
    const wanted = 'Basic ' + Buffer.from(writeKey + ':').toString('base64');
    const one = { name: 'one', text: 'insert into event (message_id, received, body) values ($1, now(), $2) on conflict do nothing' };
    const many = { name: 'many', text: 'insert into event (message_id, received, body) select u.id, now(), u.body from unnest($1::text[], $2::text[]) as u(id, body) on conflict do nothing' };

    const app = express();
    app.disable('x-powered-by');
    app.disable('etag');
    app.use(express.json({ limit: '5mb' }));
    app.post('/v1/:type', (req, res) => {
        if (req.headers.authorization !== wanted) {
            res.status(401).json({ success: false });
            return;
        }
        const batch = req.params.type === 'batch';
        const events = batch ? req.body.batch : [req.body];
        const query = batch
            ? { ...many, values: [events.map((e) => e.messageId), events.map((e) => JSON.stringify(e))] }
            : { ...one, values: [req.body.messageId, JSON.stringify(req.body)] };
        pool.query(query).then(
            () => res.json({ success: true }),
            () => res.status(503).set('Retry-After', '1').json({ success: false }));
    });
    app.listen(Number(port), '127.0.0.1', 1024);
    process.on('SIGTERM', () => process.exit(0));
}
