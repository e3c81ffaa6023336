using System.Globalization;
using System.Text.Json;
using Vitrina.Engine.Ranking;
using Vitrina.Kernels.Vectors;

namespace Vitrina.Api.Ranking;

/// <summary>Reads the vectors of a rank request: by attribute, or one alone. Whether they fit is known to the vertical only.</summary>
internal static class RankVectorReader
{
    private const string Field = "vector";
    private const int MaxVectors = 16;

    /// <exception cref="RankRequestException">The value is neither a list of numbers nor an object of such lists.</exception>
    public static List<KeyValuePair<string, float[]>> Read(JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Array)
        {
            return [KeyValuePair.Create("", Numbers(value, Field))];
        }

        if (value.ValueKind != JsonValueKind.Object)
        {
            throw new RankRequestException(Field, "must be a list of numbers, or an object of such lists by attribute", "wrong_type");
        }

        var vectors = new List<KeyValuePair<string, float[]>>();
        foreach (var property in value.EnumerateObject())
        {
            if (vectors.Count == MaxVectors)
            {
                throw new RankRequestException(Field, $"at most {MaxVectors} attributes are accepted", "too_many");
            }

            var name = property.Name.Length <= 64 ? property.Name : property.Name[..64];
            vectors.Add(KeyValuePair.Create(name, Numbers(property.Value, $"{Field}.{name}")));
        }

        return vectors;
    }

    private static float[] Numbers(JsonElement value, string field)
    {
        if (value.ValueKind != JsonValueKind.Array)
        {
            throw new RankRequestException(field, "must be a list of numbers", "wrong_type");
        }

        if (value.GetArrayLength() > VectorCheck.MaxDimension)
        {
            throw new RankRequestException(field, string.Create(CultureInfo.InvariantCulture, $"has {value.GetArrayLength()} numbers; at most {VectorCheck.MaxDimension} are accepted"), "too_many");
        }

        var numbers = new float[value.GetArrayLength()];
        var index = 0;
        foreach (var element in value.EnumerateArray())
        {
            if (element.ValueKind != JsonValueKind.Number)
            {
                throw new RankRequestException(field, string.Create(CultureInfo.InvariantCulture, $"must be a list of numbers; place {index} holds none"), "wrong_type");
            }

            numbers[index] = element.TryGetSingle(out var number) && float.IsFinite(number)
                ? number
                : throw new RankRequestException(field, string.Create(CultureInfo.InvariantCulture, $"holds a number at place {index} that is too large"), "not_finite");
            index++;
        }

        return numbers;
    }
}
