using System.Text.Json;
using System.Text.Json.Serialization;

namespace Vitrina.Simulation.Driving;

/// <summary>Writes a figure that nothing was measured for (NaN) as null: JSON has no such number.</summary>
internal sealed class UnknownAsNull : JsonConverter<double>
{
    public override double Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.Null ? double.NaN : reader.GetDouble();

    public override void Write(Utf8JsonWriter writer, double value, JsonSerializerOptions options)
    {
        if (double.IsNaN(value))
        {
            writer.WriteNullValue();
        }
        else
        {
            writer.WriteNumberValue(value);
        }
    }
}
