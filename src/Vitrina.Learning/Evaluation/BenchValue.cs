using System.Globalization;
using System.Text.Json;

namespace Vitrina.Learning.Evaluation;

/// <summary>One cell of a bench row: a number, an interval, a text or a flag.</summary>
public abstract record BenchValue
{
    private BenchValue()
    {
    }

    /// <summary>A number; NaN and infinities print as null.</summary>
    public sealed record Number(double Value) : BenchValue
    {
        /// <inheritdoc/>
        public override string ToString() => Text(Value);

        internal override void Write(Utf8JsonWriter json) => WriteNumber(json, Value);
    }

    /// <summary>An interval, printed as [low, high].</summary>
    public sealed record Interval(double Low, double High) : BenchValue
    {
        /// <inheritdoc/>
        public override string ToString() => $"[{Text(Low)}, {Text(High)}]";

        internal override void Write(Utf8JsonWriter json)
        {
            json.WriteStartArray();
            WriteNumber(json, Low);
            WriteNumber(json, High);
            json.WriteEndArray();
        }
    }

    /// <summary>A word, such as a mode.</summary>
    public sealed record Word(string Value) : BenchValue
    {
        /// <inheritdoc/>
        public override string ToString() => Value;

        internal override void Write(Utf8JsonWriter json) => json.WriteStringValue(Value);
    }

    /// <summary>A statement that holds or does not.</summary>
    public sealed record Flag(bool Value) : BenchValue
    {
        /// <inheritdoc/>
        public override string ToString() => Value ? "yes" : "no";

        internal override void Write(Utf8JsonWriter json) => json.WriteBooleanValue(Value);
    }

    /// <summary>A number as a cell.</summary>
    public static implicit operator BenchValue(double value) => FromDouble(value);

    /// <summary>A word as a cell.</summary>
    public static implicit operator BenchValue(string value) => FromString(value);

    /// <summary>A statement as a cell.</summary>
    public static implicit operator BenchValue(bool value) => FromBoolean(value);

    /// <summary>A number as a cell.</summary>
    public static BenchValue FromDouble(double value) => new Number(value);

    /// <summary>A word as a cell.</summary>
    public static BenchValue FromString(string value) => new Word(value);

    /// <summary>A statement as a cell.</summary>
    public static BenchValue FromBoolean(bool value) => new Flag(value);

    internal abstract void Write(Utf8JsonWriter json);

    private static void WriteNumber(Utf8JsonWriter json, double value)
    {
        if (double.IsFinite(value))
        {
            json.WriteNumberValue(value);
        }
        else
        {
            json.WriteNullValue();
        }
    }

    private static string Text(double value)
    {
        double size = Math.Abs(value);
        string format = value == Math.Floor(value) && size < 1e15 ? "0" : size >= 100 ? "0.0" : size >= 0.001 ? "0.0000" : "0.###E+0";
        return double.IsNaN(value) ? "-" : value.ToString(format, CultureInfo.InvariantCulture);
    }
}
