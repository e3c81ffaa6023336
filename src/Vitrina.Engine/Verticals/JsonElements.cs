using System.Text.Json;

namespace Vitrina.Engine.Verticals;

/// <summary>Finds the elements of a JSON list, so that a batch is read document by document and one bad document spoils no other.</summary>
public static class JsonElements
{
    private const int DeepestNesting = 16;

    /// <summary>Finds where the elements of a list stand.</summary>
    /// <param name="utf8">A JSON list, or with <paramref name="name"/> an object whose field of that name is one.</param>
    /// <param name="name">The field that holds the list; null when the list stands alone.</param>
    /// <param name="most">How many elements are accepted.</param>
    /// <param name="elements">Receives the place of each element.</param>
    /// <param name="error">Why the batch is refused.</param>
    /// <returns>False when the text is not such a list; never throws on any input.</returns>
    public static bool TryFind(ReadOnlySpan<byte> utf8, string? name, int most, List<Range> elements, out FieldError error)
    {
        ArgumentNullException.ThrowIfNull(elements);
        elements.Clear();
        try
        {
            var reader = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = DeepestNesting });
            reader.Read();
            if (name is not null && reader.TokenType == JsonTokenType.StartObject)
            {
                if (!FindField(ref reader, name, out error))
                {
                    return false;
                }
            }

            if (reader.TokenType != JsonTokenType.StartArray)
            {
                error = new FieldError(name ?? "", "must be a list of JSON objects", null, "wrong_type");
                return false;
            }

            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                if (elements.Count == most)
                {
                    error = new FieldError(name ?? "", $"holds more than {most} elements", null, "too_many");
                    return false;
                }

                var start = (int)reader.TokenStartIndex;
                reader.Skip();
                elements.Add(start..(int)reader.BytesConsumed);
            }

            while (reader.Read())
            {
                if (reader.TokenType == JsonTokenType.PropertyName)
                {
                    error = new FieldError(reader.GetString()!, "there is no such field", name is null ? null : NearestName.Find(reader.GetString()!, [name]), "unknown_field");
                    return false;
                }
            }

            error = default;
            return true;
        }
        catch (Exception exception) when (JsonFieldReader.IsFailure(exception))
        {
            error = JsonFieldReader.FailureOf(exception);
            return false;
        }
    }

    private static bool FindField(ref Utf8JsonReader reader, string name, out FieldError error)
    {
        error = default;
        reader.Read();
        if (reader.TokenType != JsonTokenType.PropertyName)
        {
            error = new FieldError(name, "is missing", null, "missing");
            return false;
        }

        if (!reader.ValueTextEquals(name))
        {
            var found = reader.GetString()!;
            error = new FieldError(found, $"there is no such field; '{name}' is expected", NearestName.Find(found, [name]), "unknown_field");
            return false;
        }

        reader.Read();
        return true;
    }
}
