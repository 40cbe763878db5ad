// Hot paths stage events and records on the stack; zeroing that first would cost more than the copy.
[module: System.Runtime.CompilerServices.SkipLocalsInit]
