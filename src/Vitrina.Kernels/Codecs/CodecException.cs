namespace Vitrina.Kernels.Codecs;

/// <summary>Bytes that do not follow their format: cut short, or malformed.</summary>
public sealed class CodecException(string message, int position) : FormatException($"{message} (at byte {position})")
{
    /// <summary>Offset of the unreadable value from the reader's start, in bytes.</summary>
    public int Position { get; } = position;
}
