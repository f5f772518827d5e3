/** What tests of several packages share: certificates of their own. */
package org.qkdmesh.testing;
