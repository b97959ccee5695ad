# ruff: noqa
# fmt: off
# -*- coding: utf-8 -*-

# stdlib
from http.client import CONFLICT, CREATED, NO_CONTENT, NOT_FOUND, OK
from json import dumps, loads

# Zato
from zato.server.service import Boolean, Float, Integer, List, Service


class Get(Service):
    """ Returns a room by its ID. """

    class SimpleIO:
        input_required = (Integer('id'))
        output_required = ('id', 'floor_no', 'name')
        output_optional = ('notes', Float('price'))
        skip_empty_keys = True

    def handle(self):
        conn = self.user_config.get('connection', 'Rooms')
        with self.outgoing.sql.get(conn).session() as session:
            from sqlalchemy import text
            row = session.execute(text('select * from room where id = :id'), {'id': self.request.input.id}).first()
            if row:
                self.response.status_code = OK
                self.response.payload = row
            else:
                self.response.status_code = NOT_FOUND
                self.response.headers['Cache-Control'] = 'no-cache'


class GetList(Service):

    name = 'rooms.get-list'

    class SimpleIO(object):
        input_optional = ('order_by', Integer('page_size'), Boolean('is_free'))
        output_required = ('id', 'name')
        output_repeated = True

    def handle(self):
        from sqlalchemy import text
        with self.outgoing.sql['Rooms'].session() as session:
            rows = session.execute(text('select id, name from room order by id')).fetchall()
            self.response.payload[:] = rows


class Create(Service):

    class SimpleIO:
        input_required = ('name', Integer('floor_no'))
        input_optional = (List('tags'), Float('price'))
        output_optional = ('id',)

    def handle(self):
        request = self.request.input
        if request.name == 'taken':
            self.response.status_code = CONFLICT
            return
        self.logger.info('Creating room `%s` on floor `%d` with `%s`', request.name, request.floor_no, request.tags)
        self.response.payload.id = 7
        self.response.status_code = CREATED
        self.response.headers['Location'] = '/rooms/%s' % (self.response.payload.id,)


class Delete(Service):

    class SimpleIO:
        input_required = ('id',)

    def handle(self):
        assert isinstance(self.request.input.id, int)
        self.response.status_code = NO_CONTENT


class Raw(Service):
    """ Reads and writes documents by itself. """

    def handle(self):
        data = loads(self.request.raw_request)
        data['seen'] = True
        self.response.content_type = 'application/json'
        self.response.payload = dumps(data)
