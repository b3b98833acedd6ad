/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The NMVpnEditorPlugin: what nmcli and the editors load to know of this kind of VPN.  It needs
 * no toolkit; the editor with its widgets is a library of its own, one for each toolkit, and is
 * loaded when an editor asks for it. */
#include <dlfcn.h>
#include <glib/gi18n-lib.h>
#include <libnm/NetworkManager.h>

#include "client/sentences.h"
#include "editor.h"
#include "exchange.h"
#include "profile/nm_settings.h"

typedef struct {
    GObject parent;
} CausewayEditorPlugin;

typedef struct {
    GObjectClass parent;
} CausewayEditorPluginClass;

enum { PROP_0, PROP_NAME, PROP_DESCRIPTION, PROP_SERVICE };

static void plugin_interface_init(NMVpnEditorPluginInterface *interface);

static GType causeway_editor_plugin_get_type(void);
G_DEFINE_TYPE_EXTENDED(CausewayEditorPlugin, causeway_editor_plugin, G_TYPE_OBJECT, 0,
                       G_IMPLEMENT_INTERFACE(NM_TYPE_VPN_EDITOR_PLUGIN, plugin_interface_init))

/* --- The editor --- */

static gboolean is_loaded(const char *library)
{
    void *handle = dlopen(library, RTLD_LAZY | RTLD_NOLOAD);

    if (handle)
        dlclose(handle);
    return handle != NULL;
}

/* Two toolkits cannot be in one process, so whichever is there is the one to use. */
static const char *editor_library(void)
{
    if (is_loaded("libgtk-4.so.1"))
        return "libnm-gtk4-vpn-plugin-causeway-editor.so";
    return is_loaded("libgtk-3.so.0") ? "libnm-vpn-plugin-causeway-editor.so" : NULL;
}

/* Beside this library, wherever that was loaded from. */
static char *editor_path(const char *name)
{
    Dl_info info;

    if (!dladdr((void *)nm_vpn_editor_plugin_factory, &info) || !info.dli_fname)
        return g_strdup(name);
    g_autofree char *folder = g_path_get_dirname(info.dli_fname);
    return g_build_filename(folder, name, NULL);
}

static NMVpnEditor *plugin_get_editor(NMVpnEditorPlugin *plugin, NMConnection *connection,
                                      GError **error)
{
    const char *name = editor_library();

    if (!name) {
        g_set_error_literal(error, NM_VPN_PLUGIN_ERROR, NM_VPN_PLUGIN_ERROR_FAILED,
                            _("This program has no windows that a VPN could be edited in."));
        return NULL;
    }
    g_autofree char *path = editor_path(name);
    /* Never closed: types that were registered cannot go. */
    void *library = dlopen(path, RTLD_LAZY | RTLD_LOCAL | RTLD_NODELETE);
    EditorFactory factory = library ? (EditorFactory)dlsym(library, EDITOR_FACTORY) : NULL;
    if (!factory) {
        const char *reason = dlerror();
        g_set_error(error, NM_VPN_PLUGIN_ERROR, NM_VPN_PLUGIN_ERROR_FAILED,
                    _("The editor could not be opened; perhaps Causeway is not completely "
                      "installed (%s)."), reason ? reason : name);
        return NULL;
    }
    return factory(connection, error);
}

/* --- Files --- */

static NMVpnEditorPluginCapability plugin_get_capabilities(NMVpnEditorPlugin *plugin)
{
    return NM_VPN_EDITOR_PLUGIN_CAPABILITY_IMPORT | NM_VPN_EDITOR_PLUGIN_CAPABILITY_EXPORT |
           NM_VPN_EDITOR_PLUGIN_CAPABILITY_IPV6;
}

static NMConnection *plugin_import(NMVpnEditorPlugin *plugin, const char *path, GError **error)
{
    return exchange_import(path, error);
}

static gboolean plugin_export(NMVpnEditorPlugin *plugin, const char *path,
                              NMConnection *connection, GError **error)
{
    return exchange_export(connection, path, error);
}

static char *plugin_get_suggested_filename(NMVpnEditorPlugin *plugin, NMConnection *connection)
{
    return exchange_file_name(connection);
}

/* --- The object --- */

static void plugin_get_property(GObject *object, guint id, GValue *value, GParamSpec *spec)
{
    if (id == PROP_NAME)
        g_value_set_string(value, _("L2TP/IPsec (Causeway)"));
    else if (id == PROP_DESCRIPTION)
        g_value_set_string(value, _("Connects to VPN gateways that speak L2TP, as companies, "
                                    "universities and home routers have them."));
    else if (id == PROP_SERVICE)
        g_value_set_string(value, NM_SERVICE_CAUSEWAY);
    else
        G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
}

static void plugin_interface_init(NMVpnEditorPluginInterface *interface)
{
    interface->get_editor = plugin_get_editor;
    interface->get_capabilities = plugin_get_capabilities;
    interface->import_from_file = plugin_import;
    interface->export_to_file = plugin_export;
    interface->get_suggested_filename = plugin_get_suggested_filename;
}

static void causeway_editor_plugin_class_init(CausewayEditorPluginClass *class)
{
    GObjectClass *object_class = G_OBJECT_CLASS(class);

    object_class->get_property = plugin_get_property;
    g_object_class_override_property(object_class, PROP_NAME, NM_VPN_EDITOR_PLUGIN_NAME);
    g_object_class_override_property(object_class, PROP_DESCRIPTION,
                                     NM_VPN_EDITOR_PLUGIN_DESCRIPTION);
    g_object_class_override_property(object_class, PROP_SERVICE, NM_VPN_EDITOR_PLUGIN_SERVICE);
}

static void causeway_editor_plugin_init(CausewayEditorPlugin *plugin)
{
}

/* What libnm looks for. */
G_MODULE_EXPORT NMVpnEditorPlugin *nm_vpn_editor_plugin_factory(GError **error)
{
    bindtextdomain(GETTEXT_PACKAGE, LOCALEDIR);
    bind_textdomain_codeset(GETTEXT_PACKAGE, "UTF-8");
    sentences_begin();
    return g_object_new(causeway_editor_plugin_get_type(), NULL);
}
