namespace AioV2.Kernel.Devices;

/// <summary>An interval of a protected file that does not match what protects it.</summary>
/// <param name="Interval">Its number on the device.</param>
/// <param name="Check">AIO2_PI_FAILED_*.</param>
/// <param name="Expected">What was expected.</param>
/// <param name="Found">What was found.</param>
public readonly record struct BadInterval(ulong Interval, uint Check, ulong Expected, ulong Found);
