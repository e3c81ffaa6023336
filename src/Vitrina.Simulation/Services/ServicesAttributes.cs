using System.Text.Json;
using Vitrina.Simulation.Driving;

namespace Vitrina.Simulation.Services;

/// <summary>A point on the globe, degrees.</summary>
/// <param name="Latitude">North is positive.</param>
/// <param name="Longitude">East is positive.</param>
public readonly record struct GeoPoint(double Latitude, double Longitude)
{
    internal void Write(Utf8JsonWriter json, ReadOnlySpan<byte> name)
    {
        json.WriteStartArray(name);
        json.WriteNumberValue(Latitude);
        json.WriteNumberValue(Longitude);
        json.WriteEndArray();
    }
}

/// <summary>What an order for a service says.</summary>
public sealed record OrderCard : SimulatedAttributes
{
    /// <summary>What is to be done, in words.</summary>
    public required string Title { get; init; }

    /// <summary>The category of services.</summary>
    public required string Category { get; init; }

    /// <summary>The kind of work within the category: the signs of the first components of the need.</summary>
    public required string Work { get; init; }

    /// <summary>City.</summary>
    public required string City { get; init; }

    /// <summary>Where.</summary>
    public required GeoPoint Place { get; init; }

    /// <summary>What the customer thinks of paying, roubles.</summary>
    public required int Budget { get; init; }

    /// <summary>Places for responses in all; the free ones are the item's stock.</summary>
    public required int Capacity { get; init; }

    internal override void Write(Utf8JsonWriter json)
    {
        json.WriteString("title"u8, Title);
        json.WriteString("category"u8, Category);
        json.WriteString("work"u8, Work);
        json.WriteString("city"u8, City);
        Place.Write(json, "place"u8);
        json.WriteNumber("budget"u8, Budget);
        json.WriteNumber("capacity"u8, Capacity);
    }
}

/// <summary>What is known of a specialist.</summary>
public sealed record SpecialistCard : SimulatedAttributes
{
    /// <summary>City.</summary>
    public required string City { get; init; }

    /// <summary>The categories worked in.</summary>
    public required IReadOnlyList<string> Categories { get; init; }

    /// <summary>Where the specialist starts from.</summary>
    public required GeoPoint Place { get; init; }

    internal override void Write(Utf8JsonWriter json)
    {
        json.WriteString("city"u8, City);
        json.WriteStartArray("categories"u8);
        foreach (var category in Categories)
        {
            json.WriteStringValue(category);
        }

        json.WriteEndArray();
        Place.Write(json, "place"u8);
    }
}
