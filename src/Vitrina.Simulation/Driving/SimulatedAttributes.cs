using System.Text.Json;

namespace Vitrina.Simulation.Driving;

/// <summary>What an item, a user or a seller says of itself. Each world has its own records.</summary>
public abstract record SimulatedAttributes
{
    private protected SimulatedAttributes()
    {
    }

    /// <summary>Writes the attributes as properties of an open object.</summary>
    internal abstract void Write(Utf8JsonWriter json);
}
