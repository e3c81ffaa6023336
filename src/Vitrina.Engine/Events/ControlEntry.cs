using Vitrina.Kernels.Codecs;

namespace Vitrina.Engine.Events;

/// <summary>A small control entry of the journal: something is switched, published or erased.</summary>
/// <param name="Subject">What it is about: a model's name, a surface, a user.</param>
/// <param name="Value">The new value: a version, on or off; empty when there is none.</param>
/// <param name="Author">Who asked for it.</param>
/// <param name="Reason">Why it was done against advice; null when there was none to go against.</param>
public sealed record ControlEntry(string Subject, string Value, string Author, string? Reason = null)
{
    /// <summary>The entry in the journal's form.</summary>
    public byte[] ToBytes()
    {
        var writer = new ByteWriter();
        writer.WriteByte(Reason is null ? (byte)1 : (byte)2);
        writer.WriteString(Subject);
        writer.WriteString(Value);
        writer.WriteString(Author);
        if (Reason is not null)
        {
            writer.WriteString(Reason);
        }

        return writer.ToArray();
    }

    /// <summary>Reads what <see cref="ToBytes"/> wrote.</summary>
    /// <exception cref="CodecException">The bytes are not a control entry of a known version.</exception>
    public static ControlEntry Read(ReadOnlySpan<byte> payload)
    {
        var reader = new ByteReader(payload);
        return reader.ReadByte() switch
        {
            1 => new ControlEntry(reader.ReadString(), reader.ReadString(), reader.ReadString()),
            2 => new ControlEntry(reader.ReadString(), reader.ReadString(), reader.ReadString(), reader.ReadString()),
            _ => throw new CodecException("a control entry of a newer version", 0),
        };
    }
}
