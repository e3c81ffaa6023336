using System.Reflection;

namespace Vitrina.Api.FirstPage;

/// <summary>The first page: what runs here, and a place to try it.</summary>
internal static class FirstPageEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        Map(routes, "/", "first-page.html", "text/html; charset=utf-8");
        Map(routes, "/assets/first-page.js", "first-page.js", "text/javascript; charset=utf-8");
        Map(routes, "/assets/first-page.css", "first-page.css", "text/css; charset=utf-8");
    }

    private static void Map(IEndpointRouteBuilder routes, string path, string resource, string contentType)
    {
        var content = Read(resource);
        routes.MapGet(path, () => Results.Bytes(content, contentType)).ExcludeFromDescription();
    }

    private static byte[] Read(string resource)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(resource) ?? throw new InvalidOperationException($"The resource '{resource}' is not built in.");
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
