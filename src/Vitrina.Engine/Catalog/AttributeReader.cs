using System.Runtime.InteropServices;
using System.Text.Json;
using Vitrina.Engine.Verticals;
using Vitrina.Kernels.Vectors;

namespace Vitrina.Engine.Catalog;

/// <summary>Reads attribute values from documents and checks them against their declarations.</summary>
internal static class AttributeReader
{
    /// <summary>Reads the map of attributes that the reader's next value is.</summary>
    /// <param name="reader">Stands on the name of the field that holds the map.</param>
    /// <param name="schemas">Where attributes are declared; the first schema that knows a name wins.</param>
    /// <param name="isPatch">Whether null takes an attribute away and required ones may be left out.</param>
    /// <param name="values">The values in the order of the document.</param>
    public static bool TryRead(ref JsonFieldReader reader, IReadOnlyList<ItemSchema> schemas, bool isPatch, out NamedValue[] values)
    {
        values = [];
        reader.Step();
        if (reader.Token == JsonTokenType.Null)
        {
            return true;
        }

        if (reader.Token != JsonTokenType.StartObject)
        {
            return reader.FailKind("attributes", "a map of attributes");
        }

        var read = new List<NamedValue>();
        while (reader.NextField())
        {
            var name = reader.Name;
            var path = JsonFieldReader.Path("attributes", name);
            if (FindSlot(schemas, name) is not { } slot)
            {
                var known = schemas.SelectMany(schema => schema.Slots).Select(known => known.Name).Distinct();
                return reader.Fail(path, $"there is no such attribute; attributes are {string.Join(", ", known)}", "unknown_attribute", NearestName.Find(name, known));
            }

            if (Contains(CollectionsMarshal.AsSpan(read), name))
            {
                return reader.Fail(path, "is given twice", "duplicate_field");
            }

            if (read.Count == reader.Limits.MaxAttributes)
            {
                return reader.Fail("attributes", $"holds more than {reader.Limits.MaxAttributes} attributes", "too_many");
            }

            reader.Step();
            if (!TryReadValue(ref reader, slot, path, out var value))
            {
                return false;
            }

            if (value.Kind != AttributeValueKind.Absent)
            {
                read.Add(new NamedValue(name, value));
            }
            else if (isPatch && slot.Declaration.Required)
            {
                return reader.Fail(path, "is required and cannot be taken away", "required");
            }
            else if (isPatch)
            {
                read.Add(new NamedValue(name, value));
            }
        }

        values = [.. read];
        return true;
    }

    /// <summary>Says which required attribute of a whole item, user or seller is missing.</summary>
    public static bool HasRequired(ref JsonFieldReader reader, IReadOnlyList<ItemSchema> schemas, ReadOnlySpan<NamedValue> values)
    {
        foreach (var schema in schemas)
        {
            foreach (var slot in schema.Slots)
            {
                if (slot.Declaration is { Required: true, Default: null } && !Contains(values, slot.Name))
                {
                    return reader.Fail("attributes." + slot.Name, "is required and missing", "missing");
                }
            }
        }

        return true;
    }

    private static bool Contains(ReadOnlySpan<NamedValue> values, string name)
    {
        foreach (var value in values)
        {
            if (value.Name == name)
            {
                return true;
            }
        }

        return false;
    }

    private static AttributeSlot? FindSlot(IReadOnlyList<ItemSchema> schemas, string name)
    {
        for (var i = 0; i < schemas.Count; i++)
        {
            if (schemas[i].FindOrNull(name) is { } slot)
            {
                return slot;
            }
        }

        return null;
    }

    private static bool TryReadValue(ref JsonFieldReader reader, AttributeSlot slot, string path, out AttributeValue value)
    {
        value = default;
        if (reader.Token == JsonTokenType.Null)
        {
            return true;
        }

        return slot.Kind switch
        {
            AttributeKind.Keyword => TryReadKeywords(ref reader, slot, path, out value),
            AttributeKind.Text => TryReadText(ref reader, path, out value),
            AttributeKind.Bool => TryReadBool(ref reader, path, out value),
            AttributeKind.Date => TryReadDate(ref reader, path, out value),
            AttributeKind.Geo => TryReadPoint(ref reader, path, out value),
            AttributeKind.Vector => TryReadVector(ref reader, slot.Declaration, path, out value),
            _ => TryReadNumber(ref reader, slot, path, out value),
        };
    }

    private static bool TryReadText(ref JsonFieldReader reader, string path, out AttributeValue value)
    {
        value = default;
        if (!reader.StringHere(path, reader.Limits.MaxTextLength, out var text))
        {
            return false;
        }

        value = AttributeValue.Of(text!);
        return true;
    }

    private static bool TryReadBool(ref JsonFieldReader reader, string path, out AttributeValue value)
    {
        value = AttributeValue.Of(reader.Token == JsonTokenType.True ? 1.0 : 0.0);
        return reader.Token is JsonTokenType.True or JsonTokenType.False || reader.FailKind(path, "true or false");
    }

    private static bool TryReadDate(ref JsonFieldReader reader, string path, out AttributeValue value)
    {
        value = default;
        if (!reader.TimeHere(path, allowDateOnly: true, out var unixMs))
        {
            return false;
        }

        value = AttributeValue.Of(unixMs!.Value / 1000.0);
        return true;
    }

    private static bool TryReadKeywords(ref JsonFieldReader reader, AttributeSlot slot, string path, out AttributeValue value)
    {
        value = default;
        if (reader.Token != JsonTokenType.StartArray)
        {
            if (!TryReadKeyword(ref reader, slot, path, out var keyword))
            {
                return false;
            }

            value = slot.Declaration.Multiple ? AttributeValue.Of([keyword]) : AttributeValue.Of(keyword);
            return true;
        }

        if (!slot.Declaration.Multiple)
        {
            return reader.Fail(path, "is a list; the attribute takes one keyword", "wrong_type");
        }

        var keywords = new List<string>();
        while (reader.Step() && reader.Token != JsonTokenType.EndArray)
        {
            if (keywords.Count == reader.Limits.MaxListLength)
            {
                return reader.Fail(path, $"holds more than {reader.Limits.MaxListLength} keywords", "too_many");
            }

            if (!TryReadKeyword(ref reader, slot, path, out var keyword))
            {
                return false;
            }

            if (!keywords.Contains(keyword))
            {
                keywords.Add(keyword);
            }
        }

        value = AttributeValue.Of([.. keywords]);
        return true;
    }

    private static bool TryReadKeyword(ref JsonFieldReader reader, AttributeSlot slot, string path, out string keyword)
    {
        keyword = "";
        if (!reader.StringHere(path, reader.Limits.MaxStringLength, out var text))
        {
            return false;
        }

        if (string.IsNullOrEmpty(text))
        {
            return reader.Fail(path, "must not be empty; leave the attribute out", "empty");
        }

        if (slot.Declaration.Values is { } values && !values.Contains(text))
        {
            var shown = text.Length > 64 ? text[..64] + "…" : text;
            return reader.Fail(path, $"is '{shown}'; it must be one of {string.Join(", ", values)}", "unknown_value", NearestName.Find(text, values));
        }

        keyword = text;
        return true;
    }

    private static bool TryReadNumber(ref JsonFieldReader reader, AttributeSlot slot, string path, out AttributeValue value)
    {
        value = default;
        if (reader.Token != JsonTokenType.StartObject)
        {
            if (!TryReadBounded(ref reader, slot, path, out var number))
            {
                return false;
            }

            value = AttributeValue.Of(number);
            return true;
        }

        if (!slot.Declaration.PerZone)
        {
            return reader.Fail(path, "is a map of zones; the attribute does not differ by zone", "wrong_type");
        }

        var zones = new List<NamedNumber>();
        while (reader.NextField())
        {
            var zone = reader.Name;
            var zonePath = JsonFieldReader.Path(path, zone);
            if (zone.Length == 0 || zone.Length > reader.Limits.MaxIdLength)
            {
                return reader.Fail(zonePath, $"a zone's name must have 1 to {reader.Limits.MaxIdLength} characters", "invalid_id");
            }

            if (zones.Count == reader.Limits.MaxListLength)
            {
                return reader.Fail(path, $"holds more than {reader.Limits.MaxListLength} zones", "too_many");
            }

            reader.Step();
            if (reader.Token == JsonTokenType.Null)
            {
                return reader.FailKind(zonePath, "a number");
            }

            if (!TryReadBounded(ref reader, slot, zonePath, out var number))
            {
                return false;
            }

            zones.Add(new NamedNumber(zone, number));
        }

        value = AttributeValue.Of([.. zones]);
        return true;
    }

    private static bool TryReadBounded(ref JsonFieldReader reader, AttributeSlot slot, string path, out double number)
    {
        if (!reader.NumberHere(path, out number))
        {
            return false;
        }

        // A number of days until something cannot be negative whatever the file says.
        var least = slot.Declaration.Min ?? (slot.Kind == AttributeKind.Days ? 0 : double.NegativeInfinity);
        var most = slot.Declaration.Max ?? double.PositiveInfinity;
        return number < least ? reader.Fail(path, FormattableString.Invariant($"is {number}; the least accepted is {least}"), "out_of_range")
            : number > most ? reader.Fail(path, FormattableString.Invariant($"is {number}; the most accepted is {most}"), "out_of_range")
            : true;
    }

    private static bool TryReadPoint(ref JsonFieldReader reader, string path, out AttributeValue value)
    {
        value = default;
        if (!TryReadNumbers(ref reader, path, 2, "a point [latitude, longitude] in degrees", out var point))
        {
            return false;
        }

        if (Math.Abs(point[0]) > 90)
        {
            return reader.Fail(path, FormattableString.Invariant($"has latitude {point[0]}; it must be from -90 to 90"), "out_of_range");
        }

        if (Math.Abs(point[1]) > 180)
        {
            return reader.Fail(path, FormattableString.Invariant($"has longitude {point[1]}; it must be from -180 to 180"), "out_of_range");
        }

        value = AttributeValue.Of(point);
        return true;
    }

    private static bool TryReadVector(ref JsonFieldReader reader, AttributeDeclaration declaration, string path, out AttributeValue value)
    {
        value = default;
        var dimension = declaration.Dimension ?? 0;
        if (!TryReadNumbers(ref reader, path, dimension, $"a list of {dimension} numbers", out var vector))
        {
            return false;
        }

        if (VectorCheck.ProblemOf(vector, dimension, declaration.Metric) is { } problem)
        {
            return reader.Fail(path, problem, "invalid_vector");
        }

        value = AttributeValue.Of(vector);
        return true;
    }

    private static bool TryReadNumbers(ref JsonFieldReader reader, string path, int count, string expected, out float[] numbers)
    {
        numbers = new float[count];
        if (reader.Token != JsonTokenType.StartArray)
        {
            return reader.FailKind(path, expected);
        }

        var read = 0;
        while (reader.Step() && reader.Token != JsonTokenType.EndArray)
        {
            if (read == count)
            {
                return reader.Fail(path, $"has more than {count} numbers; it must be {expected}", "wrong_dimension");
            }

            if (reader.Token == JsonTokenType.Null)
            {
                return reader.FailKind(path, expected);
            }

            if (!reader.NumberHere(path, out var number))
            {
                return false;
            }

            numbers[read++] = (float)number;
            if (!float.IsFinite((float)number))
            {
                return reader.Fail(path, "holds a number that is too large", "not_finite");
            }
        }

        return read == count || reader.Fail(path, $"has {read} numbers; it must be {expected}", "wrong_dimension");
    }
}
