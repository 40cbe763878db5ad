// What records need of newer .NET, for netstandard2.0 only.
namespace System.Runtime.CompilerServices;

internal static class IsExternalInit;
