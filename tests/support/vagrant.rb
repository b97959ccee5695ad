# Prints, as JSON, what a Vagrantfile describes: `ruby vagrant.rb Vagrantfile`. Only what ours may use is understood,
# so that a word which Vagrant does not know is an error here as there.
require "json"

class Provider
  attr_accessor :cpus, :memory
end

class Machine
  attr_accessor :box, :hostname
  attr_reader :networks, :provisions, :machines

  def initialize(shared = [])
    @networks = []
    @provisions = shared.dup
    @machines = {}
  end

  def vm
    self
  end

  def network(kind, ip:)
    @networks << { kind: kind, ip: ip }
  end

  def provision(kind, inline: nil, source: nil, destination: nil)
    @provisions << { kind: kind, inline: inline, source: source, destination: destination }.compact
  end

  def synced_folder(from, to, disabled: false); end

  def provider(name)
    raise "unknown hypervisor #{name}" unless %w[virtualbox libvirt].include?(name)

    yield Provider.new
  end

  def define(name)
    yield(@machines[name] = Machine.new(@provisions))
  end
end

module Vagrant
  def self.configure(version)
    raise "unknown version #{version}" unless version == "2"

    yield(root = Machine.new)
    machines = root.machines.transform_values do |machine|
      { hostname: machine.hostname, networks: machine.networks, provisions: machine.provisions }
    end
    puts JSON.generate(box: root.box, machines: machines)
  end
end

load ARGV.fetch(0)
