namespace Vitrina.Tests;

/// <summary>Long variants of tests run when <c>VITRINA_FULL=1</c>.</summary>
internal static class FullRun
{
    public static bool IsOn { get; } = Environment.GetEnvironmentVariable("VITRINA_FULL") == "1";

    /// <summary>The short value, or the long one in a full run.</summary>
    public static T Or<T>(T usual, T full) => IsOn ? full : usual;
}
