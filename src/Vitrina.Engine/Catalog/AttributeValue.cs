using Vitrina.Kernels.Codecs;
using Vitrina.Kernels.Collections;

namespace Vitrina.Engine.Catalog;

/// <summary>A named attribute with its value.</summary>
/// <param name="Name">The attribute's name in the vertical's file.</param>
/// <param name="Value">The value as the caller gave it.</param>
public readonly record struct NamedValue(string Name, AttributeValue Value);

/// <summary>What shape an attribute's value has on the wire.</summary>
public enum AttributeValueKind : byte
{
    /// <summary>The attribute is absent; in a patch: take it away.</summary>
    Absent = 0,

    /// <summary>A finite number; booleans are 0 and 1, dates are Unix seconds.</summary>
    Number = 1,

    /// <summary>One text or keyword.</summary>
    Text = 2,

    /// <summary>Several keywords.</summary>
    Texts = 3,

    /// <summary>Several numbers: a vector, a point (latitude, longitude).</summary>
    Numbers = 4,

    /// <summary>Numbers by region zone.</summary>
    Zones = 5,
}

/// <summary>A number that holds in one region zone.</summary>
/// <param name="Zone">The zone's name.</param>
/// <param name="Number">The number.</param>
public readonly record struct NamedNumber(string Zone, double Number);

/// <summary>The value of one attribute, not yet bound to a schema.</summary>
public readonly record struct AttributeValue
{
    private AttributeValue(AttributeValueKind kind, double number, object? reference) => (Kind, Number, Reference) = (kind, number, reference);

    /// <summary>The shape of the value.</summary>
    public AttributeValueKind Kind { get; }

    /// <summary>The number, when <see cref="Kind"/> is <see cref="AttributeValueKind.Number"/>.</summary>
    public double Number { get; }

    /// <summary>The text, when <see cref="Kind"/> is <see cref="AttributeValueKind.Text"/>.</summary>
    public string? Text => Reference as string;

    /// <summary>The keywords, when <see cref="Kind"/> is <see cref="AttributeValueKind.Texts"/>.</summary>
    public IReadOnlyList<string>? Texts => Reference as string[];

    /// <summary>The numbers, when <see cref="Kind"/> is <see cref="AttributeValueKind.Numbers"/>.</summary>
    public IReadOnlyList<float>? Numbers => Reference as float[];

    /// <summary>The numbers by zone.</summary>
    public IReadOnlyList<NamedNumber>? Zones => Reference as NamedNumber[];

    private object? Reference { get; }

    /// <summary>A number.</summary>
    public static AttributeValue Of(double number) => new(AttributeValueKind.Number, number, null);

    /// <summary>A text or a keyword.</summary>
    public static AttributeValue Of(string text) => new(AttributeValueKind.Text, 0, text);

    /// <summary>Several keywords.</summary>
    public static AttributeValue Of(string[] texts) => new(AttributeValueKind.Texts, 0, texts);

    /// <summary>Several numbers.</summary>
    public static AttributeValue Of(float[] numbers) => new(AttributeValueKind.Numbers, 0, numbers);

    /// <summary>Numbers by region zone.</summary>
    public static AttributeValue Of(NamedNumber[] zones) => new(AttributeValueKind.Zones, 0, zones);

    internal void Write(ByteWriter writer)
    {
        writer.WriteByte((byte)Kind);
        switch (Reference)
        {
            case string text:
                writer.WriteString(text);
                break;
            case string[] texts:
                writer.WriteVarUInt((ulong)texts.Length);
                foreach (var text in texts)
                {
                    writer.WriteString(text);
                }

                break;
            case float[] numbers:
                writer.WriteVarUInt((ulong)numbers.Length);
                foreach (var number in numbers)
                {
                    writer.WriteSingle(number);
                }

                break;
            case NamedNumber[] zones:
                writer.WriteVarUInt((ulong)zones.Length);
                foreach (var (zone, number) in zones)
                {
                    writer.WriteString(zone);
                    writer.WriteDouble(number);
                }

                break;
            default:
                if (Kind == AttributeValueKind.Number)
                {
                    writer.WriteDouble(Number);
                }

                break;
        }
    }

    internal static AttributeValue Read(ref ByteReader reader)
    {
        char[] characters = [];
        return Read(ref reader, null, ref characters);
    }

    /// <param name="reader">The bytes.</param>
    /// <param name="zones">Holds each zone's name once; null = each value has its own.</param>
    /// <param name="characters">Memory to work in.</param>
    internal static AttributeValue Read(ref ByteReader reader, SymbolTable? zones, ref char[] characters)
    {
        switch ((AttributeValueKind)reader.ReadByte())
        {
            case AttributeValueKind.Absent:
                return default;
            case AttributeValueKind.Number:
                return Of(reader.ReadDouble());
            case AttributeValueKind.Text:
                return Of(reader.ReadString());
            case AttributeValueKind.Texts:
                var texts = new string[reader.ReadCount(1)];
                for (var i = 0; i < texts.Length; i++)
                {
                    texts[i] = reader.ReadString();
                }

                return Of(texts);
            case AttributeValueKind.Numbers:
                var numbers = new float[reader.ReadCount(sizeof(float))];
                for (var i = 0; i < numbers.Length; i++)
                {
                    numbers[i] = reader.ReadSingle();
                }

                return Of(numbers);
            case AttributeValueKind.Zones:
                var zoned = new NamedNumber[reader.ReadCount(9)];
                for (var i = 0; i < zoned.Length; i++)
                {
                    zoned[i] = new NamedNumber(zones is null ? reader.ReadString() : ZoneIn(zones, reader.ReadBlob(), ref characters), reader.ReadDouble());
                }

                return Of(zoned);
            default:
                throw new CodecException("an attribute value of an unknown kind", reader.Position);
        }
    }

    private static string ZoneIn(SymbolTable zones, ReadOnlySpan<byte> utf8, ref char[] characters)
    {
        var name = ItemDecoder.CharactersOf(utf8, ref characters);
        var ordinal = zones.Find(name);
        return zones[ordinal >= 0 ? ordinal : zones.GetOrAdd(name.ToString())];
    }
}
