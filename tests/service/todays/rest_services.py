# ruff: noqa
# fmt: off
# -*- coding: utf-8 -*-
# zato: ide-deploy=True

# stdlib
from dataclasses import dataclass

# Zato
from zato.server.service import AsIs, Int, Model, Service

# ###############################################################################

@dataclass(init=False)
class GetClientRequest(Model):
    client_id: int

@dataclass(init=False)
class GetClientResponse(Model):
    name:    str
    email:   str
    segment: str = 'RNZ'

# ###############################################################################

class GetClient(Service):

    class SimpleIO:
        input  = GetClientRequest
        output = GetClientResponse

    def handle(self):
        request = self.request.input # type: GetClientRequest
        self.logger.info('Processing client `%s`', request.client_id)

        response = GetClientResponse()
        response.name  = 'Jane Doe'
        response.email = 'hello@example.com'
        self.response.payload = response

# ###############################################################################

class IsAllowed(Service):
    name = 'api.is-allowed'

    input  = 'name', 'type', AsIs('-user_id')
    output = 'is_allowed', '-reason'

    def get_data(self):
        return self.request.input.name == 'Wendy' and self.request.input.type == 'AXC'

    def handle(self):
        self.response.payload.is_allowed = self.get_data()

# ###############################################################################

class SetBillingInfo(Service):
    """ Updates billing information for customer.
    """
    def handle(self):
        user_id = self.request.payload['user_id']

        payload = {'billing': '395.7', 'currency': 'EUR'}
        params = {'cust_id': user_id, 'phone_no': '271637517', 'priority': 'normal'}
        headers = {'X-App-Name': 'Zato', 'X-Environment': 'Production'}

        conn = self.out.rest['Billing'].conn
        response = conn.post(self.cid, payload, params, headers=headers)

        self.response.payload = response.data

# ###############################################################################

class Customer(Service):
    input = Int('cust_id')

    def handle_GET(self):
        self.response.payload = self.invoke(GetClient.get_name(), {'client_id': self.request.input.cust_id})

    def handle_POST(self):
        allowed = self.invoke('api.is-allowed', {'name': 'Wendy', 'type': self.request.http.GET['type']})
        if not allowed['is_allowed']:
            self.response.status_code = 403
            self.response.payload = {'error': 'not allowed'}
        else:
            self.response.payload = {'path': self.request.http.params['cust_id'], 'method': self.request.http.method}

# ###############################################################################

class WithHooks(Service):

    def before_handle(self):
        self.started = True

    def handle(self):
        self.response.payload = {'started': self.started, 'app': self.user_config['app']['name'], 'cid': self.cid}

    def after_handle(self):
        self.response.headers['X-Done'] = 'yes'
