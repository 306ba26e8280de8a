# Loads the program and proves that it ran to its end with Ruby's own `raise` and comparisons.
lambda do
  input = IO.for_fd(4, 'rb', autoclose: false)
  first = input.sysread(16)
  out = IO.for_fd(3, 'wb', autoclose: false)
  watched = [
    [Object, %i[raise fail abort exit exit! puts nil? is_a? respond_to? instance_of? frozen? !]],
    [Integer, %i[== != <=> === eql? < > <= >= equal? !]], [Float, %i[== != <=> === eql? equal? !]],
    [String, %i[== != <=> === eql? equal? !]], [Symbol, %i[== != equal?]], [Array, %i[== != <=> eql? equal? !]],
    [Hash, %i[== != eql? equal? !]], [NilClass, %i[== != nil? !]], [TrueClass, %i[== != !]], [FalseClass, %i[== != !]],
    [BasicObject, %i[== != ! equal?]], [Set = defined?(Set) ? Set : Array, %i[==]]
  ]
  own = watched.flat_map { |type, names| names.map { |name| [type, name, type.instance_method(name)] } }
  same = UnboundMethod.instance_method(:==)
  lookup = Module.instance_method(:instance_method)
  write = IO.instance_method(:syswrite)
  read = IO.instance_method(:sysread)
  leave = Process.method(:exit!)
  file = File.expand_path('program.rb')
  $0 = file
  begin
    RubyVM::InstructionSequence.compile(File.read(file), file, file)
  rescue SyntaxError => e
    warn e.message
    write.bind_call(out, 'build')
    leave.call(90)
  end
  load file
  $stdout.flush
  changed = own.reject { |type, name, method| same.bind_call(lookup.bind_call(type, name), method) }
  unless changed.empty?
    STDERR.write("error: the answer redefined #{changed[0][0]}##{changed[0][1]}\n")
    leave.call(1)
  end
  write.bind_call(out, first + read.bind_call(input, 16))
  leave.call(0)
end.call
