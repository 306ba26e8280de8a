# Stands in for RSpec where it is not installed: groups, examples, hooks, `let`, and the matchers that models write.
# A matcher that holds is counted; one that fails, and an example that raises, is a failed check.
module RSpec
  class ExpectationNotMet < Exception; end # as in RSpec, no rescue of a StandardError takes it

  module StandIn
    class << self
      attr_accessor :groups, :passed, :failed

      def decide(holds, message)
        return self.passed += 1 if holds

        failed << message
        raise ExpectationNotMet, message
      end

      def run
        groups.each(&:run_examples)
        [passed, failed]
      end
    end
    self.groups = []
    self.passed = 0
    self.failed = []
  end

  class Matcher
    def initialize(words, before: nil, &holds)
      @words = words
      @holds = holds
      @before = before
    end

    def matches?(got) = @holds.call(got)
    def to_s = @words
    def ===(other) = matches?(other)
    def and(other) = Matcher.new("#{self} and #{other}") { |got| matches?(got) && other.matches?(got) }
    def or(other) = Matcher.new("#{self} or #{other}") { |got| matches?(got) || other.matches?(got) }
    def of(want) = Matcher.new("within #{@before} of #{want}") { |got| (got - want).abs <= @before }
    def with_message(text) = @before.call(nil, text)
    def from(value) = (@from = [value]) && self
    def to(value) = (@to = [value]) && self
    def by(value) = (@by = [value]) && self
    def exactly(count) = (@count = count) && self
    def times = self

    def changes(run, read)
      before = read.call.then { |value| value.dup rescue value }
      run.call
      after = read.call
      before != after && (!@from || @from[0] == before) && (!@to || @to[0] == after) && (!@by || after - before == @by[0])
    end
  end

  class Target
    def initialize(got) = @got = got
    def to(matcher, message = nil) = StandIn.decide(matcher.matches?(@got), message || "expected #{show} to #{matcher}")
    def not_to(matcher, message = nil) = StandIn.decide(!matcher.matches?(@got), message || "expected #{show} not to #{matcher}")
    alias to_not not_to
    def show = @got.is_a?(Proc) ? 'block' : @got.inspect[0, 80]
  end

  module Matchers
    def expect(got = nil, &block) = Target.new(block || got)
    def eq(want) = Matcher.new("eq #{want.inspect}") { |got| got == want }
    def eql(want) = Matcher.new("eql #{want.inspect}") { |got| got.eql?(want) }
    def equal(want) = Matcher.new("equal #{want.inspect}") { |got| got.equal?(want) }
    def be(*want) = want.empty? ? Comparing.new : equal(want[0])
    def be_nil = Matcher.new('be nil', &:nil?)
    def be_truthy = Matcher.new('be truthy') { |got| got }
    def be_falsey = Matcher.new('be falsey', &:!)
    alias be_falsy be_falsey
    def be_within(delta) = Matcher.new('be within', before: delta) { false }
    def be_between(low, high) = Matcher.new("be between #{low} and #{high}") { |got| got.between?(low, high) }
    def be_a(type) = Matcher.new("be a #{type}") { |got| got.is_a?(type) }
    alias be_an be_a
    alias be_kind_of be_a
    alias be_a_kind_of be_a
    def be_an_instance_of(type) = Matcher.new("be an instance of #{type}") { |got| got.instance_of?(type) }
    alias be_instance_of be_an_instance_of
    def match(want) = Matcher.new("match #{want.inspect}") { |got| want.is_a?(Regexp) || got.is_a?(Regexp) ? got.match?(want) : want === got || want == got }
    def match_array(want) = Matcher.new("contain exactly #{want.inspect}") { |got| got.size == want.size && (want - got).empty? && want.tally == got.tally }
    def contain_exactly(*want) = match_array(want)
    def include(*want) = Matcher.new("include #{want.inspect}") { |got| want.all? { |one| one.is_a?(Hash) && got.is_a?(Hash) ? one.all? { |k, v| got.key?(k) && v === got[k] || got[k] == v } : got.include?(one) } }
    def start_with(*want) = Matcher.new("start with #{want.inspect}") { |got| got.is_a?(String) ? got.start_with?(*want) : got.first(want.size) == want }
    def end_with(*want) = Matcher.new("end with #{want.inspect}") { |got| got.is_a?(String) ? got.end_with?(*want) : got.last(want.size) == want }
    def all(matcher) = Matcher.new("all #{matcher}") { |got| got.all? { |one| matcher.matches?(one) } }
    def respond_to(*names) = Matcher.new("respond to #{names}") { |got| names.all? { |name| got.respond_to?(name) } }
    def have_attributes(want) = Matcher.new("have #{want}") { |got| want.all? { |name, value| got.public_send(name) == value } }
    def have_key(key) = Matcher.new("have key #{key.inspect}") { |got| got.key?(key) }
    def satisfy(*, &block) = Matcher.new('satisfy a condition', &block)
    def change(object = nil, name = nil, &block)
      read = block || -> { object.public_send(name) }
      made = nil
      made = Matcher.new('change') { |run| made.changes(run, read) }
    end
    def output(want) = Printed.new(want)

    def raise_error(type = nil, text = nil)
      type, text = nil, type if type.is_a?(String) || type.is_a?(Regexp)
      Matcher.new("raise #{type || 'an error'}", before: ->(_, said) { raise_error(type, said) }) do |run|
        run.call
        false
      rescue ExpectationNotMet
        raise
      rescue Exception => e # rubocop:disable Lint/RescueException
        (type.nil? || e.is_a?(type)) && (text.nil? || text === e.message)
      end
    end
    alias raise_exception raise_error

    def method_missing(name, *given)
      return super unless name.start_with?('be_') || name.start_with?('have_')

      asked = name.start_with?('be_') ? "#{name.to_s.delete_prefix('be_')}?" : "has_#{name.to_s.delete_prefix('have_')}?"
      Matcher.new(name.to_s) { |got| got.public_send(asked, *given) }
    end

    def respond_to_missing?(name, all = false) = name.start_with?('be_') || name.start_with?('have_') || super
  end

  class Comparing < Matcher
    def initialize = super('be truthy') { |got| got }
    %i[> >= < <= == !=].each { |sign| define_method(sign) { |want| Matcher.new("be #{sign} #{want}") { |got| got.public_send(sign, want) } } }
  end

  class Printed < Matcher
    def initialize(want) = super("print #{want.inspect}") { |run| want === capture(run) }
    def to_stdout = self

    def capture(run)
      require 'stringio'
      real, $stdout = $stdout, StringIO.new
      run.call
      $stdout.string
    ensure
      $stdout = real
    end
  end

  class Group
    include Matchers
    class << self
      attr_accessor :examples, :befores, :afters, :subject_type

      def make(above, title, &body)
        made = Class.new(above) { self.examples, self.befores, self.afters = [], [], [] }
        made.subject_type = title.is_a?(Module) ? title : above.subject_type
        type = made.subject_type
        made.define_method(:described_class) { type }
        made.define_method(:subject) { @subject ||= type.new } if title.is_a?(Class)
        StandIn.groups << made
        made.class_eval(&body) if body
        made
      end

      def describe(title = nil, *, **, &body) = make(self, title, &body)
      alias context describe
      def it(title = nil, *, **, &body) = body && examples << [title, body]
      alias specify it
      alias example it
      def xit(*, **) = nil
      alias skip xit
      alias pending xit
      alias xdescribe xit
      def before(when_ = :each, &body) = befores << body
      def after(when_ = :each, &body) = afters << body
      def let(name, &body)
        define_method(name) { (@kept ||= {}).fetch(name) { @kept[name] = instance_eval(&body) } }
      end

      def let!(name, &body)
        let(name, &body)
        before { public_send(name) }
      end

      def subject(name = :subject, &body)
        let(:subject, &body)
        alias_method(name, :subject) unless name == :subject
      end

      def levels = ancestors.select { |one| one.is_a?(Class) && one <= Group && one != Group }

      def run_examples
        examples.each do |title, body|
          one = new
          levels.reverse_each { |level| level.befores.each { |hook| one.instance_exec(&hook) } }
          one.instance_exec(&body)
          levels.each { |level| level.afters.each { |hook| one.instance_exec(&hook) } }
        rescue ExpectationNotMet
          nil
        rescue Exception => e # rubocop:disable Lint/RescueException
          StandIn.failed << "#{title}: #{e.class}: #{e.message}"
        end
      end
    end
    self.examples = []
    self.befores = []
    self.afters = []
    def is_expected = expect(subject)
    def aggregate_failures(*) = yield
  end

  def self.describe(title = nil, *, **, &body) = Group.make(Group, title, &body)
  def self.configure = nil
  class << self
    alias context describe
  end
end

def describe(title = nil, *, **, &body) = RSpec.describe(title, &body)
